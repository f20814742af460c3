/// The folder of the embedded catalog and of its managed tables.

import Foundation
import LodeCore
import LodeObjectStore
import LodeTables

/// Where things lie. The catalog stores locations within the warehouse relative to it, so that the folder can be moved.
struct Warehouse: Sendable {
    /// As the user gave it: a path or a URL.
    let location: String

    init(_ location: String) { self.location = StorePath.withoutTrailingSlash(location) }

    var catalogPath: String { StorePath.join(location, "catalog.sqlite") }
    /// See `Leases`.
    var leasesPath: String { StorePath.join(location, "catalog.leases") }

    /// The folder of a managed table, relative to the warehouse.
    static func folder(of table: TableName) -> String { "\(segment(table.database))/\(segment(table.name))" }

    /// A stored location as one that the object stores resolve.
    func resolve(_ stored: String) -> String {
        Self.isRelative(stored) ? StorePath.join(location, stored) : stored
    }

    /// What the catalog keeps for a location that a user gave; relative ones mean the working folder.
    func stored(_ given: String) -> String {
        let whole = Self.absolute(given), own = Self.absolute(location)
        return whole.hasPrefix(own + "/") ? String(whole.dropFirst(own.utf8.count + 1)) : whole
    }

    /// A data file's path relative to its table's location; whole if it lies elsewhere.
    static func relative(_ path: String, to location: String) -> String {
        let prefix = location.hasSuffix("/") ? location : location + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }

    static func isRelative(_ location: String) -> Bool {
        !location.hasPrefix("/") && StorePath.scheme(of: location) == nil
    }

    static func absolute(_ location: String) -> String {
        if let scheme = StorePath.scheme(of: location), scheme != "file" { return StorePath.withoutTrailingSlash(location) }
        let local = StorePath.localPath(location)
        let whole = local.hasPrefix("/") ? local : StorePath.join(FileManager.default.currentDirectoryPath, local)
        let parts = whole.split(separator: "/").filter { $0 != "." }
        return "/" + parts.joined(separator: "/")
    }

    /// A name as that of a folder: `catalog.sqlite` and `..` are names of tables too.
    private static func segment(_ name: String) -> String {
        HivePath.escape(name).split(separator: ".", omittingEmptySubsequences: false).joined(separator: "%2E")
    }
}
