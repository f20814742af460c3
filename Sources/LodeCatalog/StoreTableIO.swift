/// What table formats may ask for, answered by the object stores.

import LodeCore
import LodeObjectStore
import LodeTables

package struct StoreTableIO: TableIO {
    private let stores: StoreRegistry

    package init(_ stores: StoreRegistry) { self.stores = stores }

    package func list(_ folder: String) throws(SQLError) -> FolderListing {
        let (store, path) = try stores.resolve(folder)
        var listing = FolderListing()
        try store.list(path, recursive: false) { info throws(SQLError) in
            if info.isFolder {
                listing.folders.append(String(info.name))
            } else {
                listing.files.append(.init(name: String(info.name), size: info.size, modifiedMicros: info.modifiedMicros))
            }
            return true
        }
        listing.files.sort { $0.name < $1.name }
        listing.folders.sort()
        return listing
    }

    package func willList(_ folders: [String]) {
        for folder in folders {
            if let (store, path) = try? stores.resolve(folder) { store.willList(path) }
        }
    }

    package func read(_ path: String) throws(SQLError) -> [UInt8] {
        let (store, path) = try stores.resolve(path)
        return try store.read(path)
    }

    package func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        let (store, path) = try stores.resolve(path)
        return try store.putIfAbsent(path, bytes)
    }
}
