// Metadata files that are read one after the other are asked for before their turn.

import LodeCore
import LodeVectors
import Testing

@testable import LodeTables

@Suite struct ReadAheadTests {
    @Test(arguments: [0, 1, 63, 64, 65, 1000])
    func `every file is asked for once, before it is read and not long before`(count: Int) throws {
        let folder = AskedFolder(), paths = (0..<count).map { "f\($0)" }
        var read: [String] = []
        try folder.read(paths) { (path, bytes) throws(SQLError) in
            #expect(bytes == Array(path.utf8))
            read.append(path)
            #expect(folder.asked.withLock { Array($0.prefix(read.count)) } == read)
            #expect(folder.asked.withLock { $0.count } <= read.count + 64)
        }
        #expect(read == paths)
        #expect(folder.asked.withLock { $0 } == paths)
    }
}

/// Every file holds its own name.
private final class AskedFolder: TableIO {
    let asked = Lock<[String]>([])

    func willRead(_ paths: [String]) { asked.withLock { $0 += paths } }
    func read(_ path: String) throws(SQLError) -> [UInt8] { Array(path.utf8) }
    func list(_ folder: String) throws(SQLError) -> FolderListing { FolderListing() }
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool { false }
    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int { 0 }
}
