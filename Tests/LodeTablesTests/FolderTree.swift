/// A `TableIO` over a list of paths.

import LodeCore
import LodeTables
import LodeVectors

final class FolderTree: TableIO {
    private let files: [String]
    private let listed = Lock<[String]>([])

    init(_ files: [String]) { self.files = files }

    /// Folders that were listed so far, in order.
    var listings: [String] { listed.withLock { $0 } }

    func list(_ folder: String) throws(SQLError) -> FolderListing {
        listed.withLock { $0.append(folder) }
        var listing = FolderListing()
        var folders: Set<String> = []
        for file in files where file.hasPrefix(folder + "/") {
            let rest = file.dropFirst(folder.count + 1)
            if let slash = rest.firstIndex(of: "/") {
                folders.insert(String(rest[..<slash]))
            } else {
                listing.files.append(.init(name: String(rest), size: 1))
            }
        }
        listing.files.sort { $0.name < $1.name }
        listing.folders = folders.sorted()
        return listing
    }

    func read(_ path: String) throws(SQLError) -> [UInt8] { [] }
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool { false }
    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int { 0 }
}
