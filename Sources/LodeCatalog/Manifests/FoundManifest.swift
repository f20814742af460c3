/// Finding the manifests of a warehouse.

import LodeCore
import LodeObjectStore

/// A manifest as a listing shows it. They are ordered as they were written.
struct FoundManifest: Comparable {
    /// As the store knows it.
    var path: String
    var kind: ManifestPlace.Kind
    var modified: Int64

    var number: Int64 { if case .own(_, let number) = kind { number } else { 0 } }
    /// Nil of one that several tables share.
    var stem: String? { if case .own(let stem, _) = kind { stem } else { nil } }

    static func < (left: Self, right: Self) -> Bool { (left.modified, left.number) < (right.modified, right.number) }

    /// Those of one folder.
    static func list(_ folder: String, _ warehouse: Warehouse, _ stores: StoreRegistry) throws(SQLError) -> [FoundManifest] {
        let (store, path) = try stores.resolve(folder)
        return try list(path, isRecursive: false, warehouse, store)
    }

    /// All of a warehouse: `_lode` in it and in the folder of each table.
    static func list(_ warehouse: Warehouse, _ stores: StoreRegistry) throws(SQLError) -> [FoundManifest] {
        let (store, root) = try stores.resolve(warehouse.location)
        // Where a listing costs a request for each thousand names, whatever the folders, one listing is the least.
        if store.reach == .prefixes { return try list(root, isRecursive: true, warehouse, store) }
        var found = try list(StorePath.join(root, ManifestPlace.folderName), isRecursive: false, warehouse, store)
        for database in try store.list(root, recursive: false) where database.isFolder {
            for table in try store.list(database.path, recursive: false) where table.isFolder {
                found += try list(StorePath.join(table.path, ManifestPlace.folderName), isRecursive: false, warehouse, store)
            }
        }
        return found
    }

    private static func list(
        _ folder: String, isRecursive: Bool, _ warehouse: Warehouse, _ store: any ObjectStore
    ) throws(SQLError) -> [FoundManifest] {
        let root = StorePath.localPath(warehouse.location)
        var found: [FoundManifest] = []
        try store.list(folder, recursive: isRecursive) { info throws(SQLError) in
            guard !info.isFolder, StorePath.name(StorePath.parent(info.path)) == ManifestPlace.folderName else { return true }
            if let kind = ManifestPlace.read(Warehouse.relative(info.path, to: root)) {
                found.append(FoundManifest(path: info.path, kind: kind, modified: info.modifiedMicros))
            }
            return true
        }
        return found
    }
}
