/// The metadata document of an Iceberg table, as far as names and definitions go.

import LodeCloud
import LodeCore
import LodeTables

/// - Source: Iceberg Table Spec, "Table Metadata".
package struct IcebergMetadata: Sendable {
    package let json: CloudJSON
    package let uuid: String?
    package let location: String
    package let formatVersion: Int64
    package let schema: IcebergSchema

    /// - Throws: `XX001` for what is no such document.
    package init(_ json: CloudJSON) throws(SQLError) {
        guard let location = json["location"]?.string, let version = json["format-version"]?.integer else {
            throw SQLError(.dataCorrupted, "the table's metadata has no location or format-version")
        }
        self.json = json
        self.location = location
        formatVersion = version
        uuid = json["table-uuid"]?.string
        // Version 1 may have but one schema, of no number.
        guard let schema = Self.current("schemas", "schema-id", json["current-schema-id"], json) ?? json["schema"] else {
            throw SQLError(.dataCorrupted, "the table's metadata has no current schema")
        }
        self.schema = IcebergSchema(schema)
    }

    /// The element of a list whose number is `wanted`.
    private static func current(_ list: String, _ number: String, _ wanted: CloudJSON?, _ json: CloudJSON) -> CloudJSON? {
        guard let wanted = wanted?.integer else { return nil }
        return json[list]?.items.first { $0[number]?.integer == wanted }
    }

    package var properties: [String: String] { json["properties"]?.texts ?? [:] }

    /// Nil for a table without rows.
    package var currentSnapshot: Int64? { json["current-snapshot-id"]?.integer.flatMap { $0 < 0 ? nil : $0 } }

    /// How rows are divided: `month(d), bucket(4, id)`; empty if they are not.
    package var partitioning: String {
        let spec = Self.current("partition-specs", "spec-id", json["default-spec-id"], json)?["fields"] ?? json["partition-spec"]
        return (spec?.items ?? []).map { transformed($0) }.joined(separator: ", ")
    }

    /// `id ASC NULLS FIRST`; empty if rows have no order.
    package var sortOrder: String {
        let order = Self.current("sort-orders", "order-id", json["default-sort-order-id"], json)?["fields"]?.items ?? []
        return order.map { field in
            let isDescending = field["direction"]?.string?.lowercased() == "desc"
            let comesLast = (field["null-order"]?.string ?? (isDescending ? "nulls-last" : "nulls-first")) == "nulls-last"
            return "\(transformed(field)) \(isDescending ? "DESC" : "ASC") NULLS \(comesLast ? "LAST" : "FIRST")"
        }.joined(separator: ", ")
    }

    /// A transform and what it is applied to, as DDL writes it.
    private func transformed(_ field: CloudJSON) -> String {
        let ids = (field["source-id"].map { [$0] } ?? field["source-ids"]?.items ?? []).compactMap(\.integer)
        let sources = ids.map { schema.name(of: $0) ?? "field \($0)" }.joined(separator: ", ")
        let transform = field["transform"]?.string ?? "unknown"
        if transform == "identity" { return sources }
        // bucket[16] and truncate[4] have a number.
        guard let bracket = transform.firstIndex(of: "["), transform.hasSuffix("]") else { return "\(transform)(\(sources))" }
        return "\(transform[..<bracket])(\(transform[transform.index(after: bracket)...].dropLast()), \(sources))"
    }

    // MARK: As a table of the catalog

    /// Facts that are shown among the properties, under the names that Iceberg reserves for them.
    static let reserved: Set<String> = [
        "format-version", "uuid", "current-snapshot-id", "default-partition-spec", "default-sort-order", "identifier-fields", "format",
        "provider", "location", "snapshot-count", "current-schema",
    ]

    /// - Parameter pointer: where the document lies; Glue, too, has it among a table's parameters.
    package func table(_ name: TableName, pointer: String?) throws(SQLError) -> GlueTable {
        var table = GlueTable(name: name.name, databaseName: name.database, tableType: .external)
        do throws(SQLError) {
            table.storageDescriptor = StorageDescriptor(columns: try schema.columns(), location: location)
        } catch {
            throw error.within("table \(name)")
        }
        // What Lode has Hive's tables say of themselves, it doesn't take from others.
        table.parameters = properties.filter { !$0.key.hasPrefix(TableParameter.ownPrefix) }
        table.setConstraints(
            IcebergFormat.checks(in: properties).map {
                DeclaredConstraint(name: $0.name, kind: .check, columns: [], condition: $0.condition)
            })
        let facts: [(String, String?)] = [
            (TableParameter.tableFormat, "ICEBERG"), (Self.pointer, pointer), ("format-version", String(formatVersion)), ("uuid", uuid),
            ("current-snapshot-id", currentSnapshot.map { String($0) }), ("default-partition-spec", partitioning),
            ("default-sort-order", sortOrder), ("identifier-fields", schema.identifiers.joined(separator: ", ")),
        ]
        for (key, value) in facts { table.parameters[key] = value.flatMap { $0.isEmpty ? nil : $0 } }
        table.isPublishedByCatalog = true
        table.description = properties[TableParameter.comment]
        table.versionId = pointer ?? json["last-updated-ms"]?.integer.map { String($0) }
        table.updateTime = json["last-updated-ms"]?.integer.flatMap { millis in
            let (micros, overflows) = millis.multipliedReportingOverflow(by: 1_000)
            return overflows ? nil : micros
        }
        return table
    }

    private static let pointer = "metadata_location"
}

extension GlueTable {
    /// How rows are divided, if it is an Iceberg table whose metadata were read; empty if they are not.
    package var icebergPartitioning: String? {
        guard tableFormat == "ICEBERG", parameters["format-version"] != nil, writableFormat == nil || isPublishedByCatalog
        else { return nil }
        return parameters["default-partition-spec"] ?? ""
    }

    /// The properties without facts that follow from what the table is.
    package var givenProperties: [String: String] {
        guard icebergPartitioning != nil else { return parameters }
        let facts = IcebergMetadata.reserved.union([TableParameter.tableFormat, "metadata_location"])
        return parameters.filter { !facts.contains($0.key) }
    }
}
