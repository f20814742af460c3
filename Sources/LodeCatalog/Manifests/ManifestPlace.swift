/// Where manifests lie, and what their names say.

import LodeObjectStore

/// Paths are relative to the warehouse.
enum ManifestPlace {
    /// Hidden from whoever lists a table's folder for its data.
    static let folderName = "_lode"
    /// Of databases and roles.
    static let warehouseStem = "\(folderName)/warehouse"
    private static let sharedPrefix = "commit-"
    private static let ending = ".json"

    /// What the names of the manifests of a new table begin with.
    static func stem(of table: TableName) -> String {
        "\(Warehouse.folder(of: table))/\(folderName)/\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
    }

    static func path(_ stem: String, _ number: Int64) -> String { "\(stem).\(number)\(ending)" }

    static func shared(_ time: Int64) -> String {
        "\(folderName)/\(sharedPrefix)\(time)-\(String(UInt64.random(in: 0...UInt64.max), radix: 16))\(ending)"
    }

    /// What the name of a file says; nil if it is no manifest.
    static func read(_ path: String) -> Kind? {
        guard path.hasSuffix(ending) else { return nil }
        let bare = path.dropLast(ending.count)
        if StorePath.name(path).hasPrefix(sharedPrefix), StorePath.parent(path) == folderName { return .shared }
        guard let dot = bare.lastIndex(of: "."), let number = Int64(bare[bare.index(after: dot)...]), number > 0 else { return nil }
        return .own(stem: String(bare[..<dot]), number: number)
    }

    enum Kind: Equatable {
        case shared
        case own(stem: String, number: Int64)
    }
}
