/// An Iceberg table as its catalog hands it out: pointer, metadata, and what its files are read with.

import LodeCloud
import LodeCore
import LodeObjectStore

/// What `loadTable` gives.
/// - Source: Iceberg REST Catalog API, "LoadTableResult", "StorageCredential".
package struct IcebergTable: Sendable {
    package let name: TableName
    /// Where the metadata document lies; nil for a table that is being made.
    package let metadataLocation: String?
    package let metadata: IcebergMetadata
    /// Settings for this table alone; any of them may be a secret.
    package let config: [String: Secret]
    /// Vended credentials, each for the places of its scope.
    package let credentials: VendedCredentials

    /// - Throws: `08P01` for an answer without metadata, `XX001` for metadata that is none.
    init(_ name: TableName, _ json: CloudJSON) throws(SQLError) {
        guard let document = json["metadata"] else {
            throw SQLError(.protocolViolation, "the Iceberg server gives no metadata of table \"\(name)\"")
        }
        self.name = name
        metadataLocation = json["metadata-location"]?.string
        do throws(SQLError) {
            metadata = try IcebergMetadata(document)
        } catch {
            throw error.within("table \(name)")
        }
        config = (json["config"]?.texts ?? [:]).mapValues { Secret($0) }
        credentials = VendedCredentials(json, location: metadata.location)
    }

    package func glueTable() throws(SQLError) -> GlueTable { try metadata.table(name, pointer: metadataLocation) }
}

/// Credentials that a catalog gives for the files of one table.
package struct VendedCredentials: Sendable {
    /// Each for its scope; the longest that fits is meant.
    package private(set) var secrets: [CloudSecret] = []
    /// Microseconds since 1970-01-01 UTC from which on the first of them is not taken any more; nil if that isn't said.
    package private(set) var expires: Int64?

    /// - Parameters:
    ///   - json: with `storage-credentials`, or else `config`.
    ///   - location: the table's, to which credentials in `config` are confined.
    init(_ json: CloudJSON, location: String) {
        let listed = json["storage-credentials"]?.items ?? []
        for item in listed {
            guard let config = item["config"]?.texts else { continue }
            add(config, scope: Self.scope(item["prefix"]?.string ?? "", location))
        }
        if listed.isEmpty { add(json["config"]?.texts ?? [:], scope: location) }
    }

    /// Stores that read with them. What they leave open, as the endpoint, is that of the secret that would apply.
    func applied(to stores: StoreRegistry) -> StoreRegistry {
        // All are of one table; those of the narrowest scope are for its own folder.
        guard let own = secrets.max(by: { ($0.scope.first?.utf8.count ?? 0) < ($1.scope.first?.utf8.count ?? 0) }) else { return stores }
        return stores.adapting { found in
            var secret = own
            secret.options = (found?.options ?? [:]).merging(own.options) { _, given in given }
            // Another one's session is none of this key's.
            secret.options["session_token"] = own.options["session_token"]
            return secret
        }
    }

    /// A prefix may be as short as `s3`.
    private static func scope(_ prefix: String, _ location: String) -> String {
        if prefix.isEmpty { return location }
        return prefix.contains(":") ? prefix : prefix + "://"
    }

    private mutating func add(_ config: [String: String], scope: String) {
        guard let key = config["s3.access-key-id"], let secret = config["s3.secret-access-key"] else { return }
        var options = ["key_id": key, "secret": secret]
        options["session_token"] = config["s3.session-token"]
        options["region"] = config["s3.region"] ?? config["client.region"]
        options["endpoint"] = config["s3.endpoint"]
        if let isPath = config["s3.path-style-access"] { options["url_style"] = isPath.lowercased() == "true" ? "path" : "vhost" }
        secrets.append(
            CloudSecret(name: "", kind: .s3, provider: .config, scope: [scope], options: options.mapValues { Secret($0) }))
        if let millis = config["s3.session-token-expires-at-ms"].flatMap({ Int64($0) }) {
            let (micros, overflows) = millis.multipliedReportingOverflow(by: 1_000)
            if !overflows { expires = min(expires ?? micros, micros) }
        }
    }
}
