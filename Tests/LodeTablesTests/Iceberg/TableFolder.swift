/// A folder of a table without a disk.

import LodeCore
import LodeVectors

@testable import LodeTables

/// Files in memory.
final class TableFolder: TableIO {
    private let files = Lock<[String: [UInt8]]>([:])

    func list(_ folder: String) throws(SQLError) -> FolderListing {
        let names = files.withLock { $0.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.utf8.count + 1)) } }
        return FolderListing(files: names.filter { !$0.contains("/") }.sorted().map { .init(name: $0, size: 1) })
    }

    func read(_ path: String) throws(SQLError) -> [UInt8] {
        guard let bytes = files.withLock({ $0[path] }) else { throw SQLError(.undefinedFile, "there is no \(path)") }
        return bytes
    }

    func decompress(_ codec: String, _ packed: ArraySlice<UInt8>) throws(SQLError) -> [UInt8] { Array(packed) }
    func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) { files.withLock { $0[path] = bytes } }
    func discard(_ paths: [String]) { files.withLock { files in for path in paths { files[path] = nil } } }
    func write(_ path: String, _ schema: Schema, _ chunks: [Chunk]) throws(SQLError) -> Int { 1 }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        files.withLock { files in
            if files[path] != nil { return false }
            files[path] = bytes
            return true
        }
    }

    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int { 0 }
}
