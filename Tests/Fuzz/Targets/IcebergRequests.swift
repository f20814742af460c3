// Commits of Iceberg tables as clients send them.

import LodeCore
import LodeVectors

@testable import LodeTables

/// A table in memory.
private final class FuzzCatalog: TableIO {
    private let files = Lock<[String: [UInt8]]>([:])

    func list(_ folder: String) throws(SQLError) -> FolderListing {
        let names = files.withLock { $0.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.utf8.count + 1)) } }
        return FolderListing(files: names.sorted().map { .init(name: $0, size: 1) })
    }

    func read(_ path: String) throws(SQLError) -> [UInt8] { files.withLock { $0[path] } ?? [] }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        files.withLock { files in
            if files[path] != nil { return false }
            files[path] = bytes
            return true
        }
    }

    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int { 0 }
}

extension FuzzTargets {
    private static let newTable = Array(
        #"{"name": "t", "schema": {"type": "struct", "fields": [{"id": 7, "name": "a", "required": false, "type": "long"}]}}"#.utf8)

    /// Whatever a client asks for: the table can be read afterwards, and has a version more only if it was changed.
    static let icebergRequest = FuzzTarget(name: "iceberg-request") { input in
        let bytes = [UInt8](input), folder = FuzzCatalog()
        do {
            // As the making of a table, too.
            _ = try? IcebergCatalogTable.draft(bytes, location: "/u")
            let made = try IcebergCatalogTable.draft(newTable, location: "/t").create(folder)
            let changed = try? IcebergCatalogTable.commit(try IcebergCommitRequest(bytes), in: "/t", folder)
            let found = try IcebergCatalogTable.load(in: "/t", folder)
            let last = changed ?? made
            try require(found.path == last.path && found.bytes == last.bytes, "the last version is the current one")
            try require(found.metadata.uuid == made.metadata.uuid && found.metadata.location == "/t", "it stays the same table")
        } catch let error as SQLError {
            throw BrokenRule("the table can't be read any more: \(error.message)")
        }
    }
}
