/// The folder of the embedded catalog and of its managed tables.

import Foundation
import LodeCloud
import LodeCore
import LodeObjectStore
import LodeTables

/// Where things lie. The catalog stores locations within the warehouse relative to it, so that the folder can be moved.
struct Warehouse: Sendable {
    /// A whole path or a URL.
    let location: String
    /// The catalog's file: always a local one.
    let catalogPath: String
    /// See `Leases`.
    let leasesPath: String
    /// The statements that were executed; see `QueryHistory`.
    let historyPath: String
    /// See `AccessKeyStorage`.
    let keysPath: String

    /// - Parameter catalog: where the catalog's file lies; nil for within the warehouse or, of one that is not on this machine, in the
    ///   user's folder of states.
    init(_ location: String, catalog: String? = nil) {
        // Tables write it into their metadata, for readers that stand elsewhere.
        let location = Self.canonical(Self.absolute(location))
        self.location = location
        if let catalog {
            catalogPath = StorePath.localPath(catalog)
            leasesPath = catalogPath + ".leases"
            historyPath = catalogPath + ".history"
            keysPath = catalogPath + ".keys"
            return
        }
        let isLocal = (StorePath.scheme(of: location) ?? "file") == "file"
        let folder = isLocal ? StorePath.localPath(location) : StorePath.join(Self.stateFolder, Self.key(location))
        catalogPath = StorePath.join(folder, "catalog.sqlite")
        leasesPath = StorePath.join(folder, "catalog.leases")
        historyPath = StorePath.join(folder, "history.sqlite")
        keysPath = StorePath.join(folder, "access_keys.sqlite")
    }

    /// One place has one name, however it was written.
    private static func canonical(_ location: String) -> String {
        let location = StorePath.withoutTrailingSlash(location)
        guard let scheme = StorePath.scheme(of: location), ["s3", "s3a", "s3n"].contains(scheme) else { return location }
        return "s3" + location.dropFirst(scheme.utf8.count)
    }

    /// - Source: XDG Base Directory Specification, "XDG_STATE_HOME".
    private static var stateFolder: String {
        let environment = CloudEnvironment.process
        let given = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return StorePath.join(given ?? StorePath.join(environment.home, ".local/state"), "lode/catalogs")
    }

    /// A URL as the name of a folder: whole, or its start and a hash of it; with the server, where it is not AWS: its buckets are others.
    private static func key(_ url: String) -> String {
        let environment = CloudEnvironment.process
        let endpoint = environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"]
        let server = endpoint.flatMap { try? CloudURL($0).authority }
        let name = HivePath.escape(url + (server.map { "@" + $0 } ?? "")), longest = 200
        if name.utf8.count <= longest { return name }
        // FNV-1a.
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(decoding: name.utf8.prefix(longest), as: UTF8.self) + "-" + String(hash, radix: 16)
    }

    /// The folder of a managed table, relative to the warehouse.
    static func folder(of table: TableName) -> String { "\(segment(table.database))/\(segment(table.name))" }

    /// A stored location as one that the object stores resolve.
    func resolve(_ stored: String) -> String {
        Self.isRelative(stored) ? StorePath.join(location, stored) : stored
    }

    /// What the catalog keeps for a location that a user gave; relative ones mean the working folder.
    func stored(_ given: String) -> String {
        let whole = Self.absolute(given), known = Self.canonical(whole), own = Self.absolute(location)
        return known.hasPrefix(own + "/") ? String(known.dropFirst(own.count + 1)) : whole
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
