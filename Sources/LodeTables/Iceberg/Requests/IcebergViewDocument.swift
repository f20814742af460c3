/// The metadata document of a view, for clients of a catalog.

import LodeCore

package enum IcebergViewDocument {
    /// A view of one version.
    /// - Parameters:
    ///   - dialect: of SQL, in which its text is written.
    ///   - namespace: in which names are looked up.
    ///   - summary: what its writer wants to know of the version.
    /// - Throws: `0A000` for a column of a type that Iceberg has not.
    /// - Source: Iceberg View Spec, "View Metadata".
    package static func bytes(
        uuid: String, columns: [Field], sql: String, dialect: String, namespace: [String], millis: Int64, summary: [String: String],
        properties: [String: String]
    ) throws(SQLError) -> [UInt8] {
        var last = 0
        let schema = IcebergSchema(id: 0, fields: try IcebergDeclaration.schema(columns.map { .init($0) }, after: &last, version: 2))
        let text = JSONTree.object([.init("type", .string("sql")), .init("sql", .string(sql)), .init("dialect", .string(dialect))])
        let version = JSONTree.object([
            .init("version-id", .integer(1)), .init("schema-id", .integer(0)), .init("timestamp-ms", .integer(millis)),
            .init("summary", .texts(summary.merging(["engine-name": dialect]) { $1 })), .init("representations", .array([text])),
            .init("default-namespace", .strings(namespace)),
        ])
        let entry = JSONTree.object([.init("version-id", .integer(1)), .init("timestamp-ms", .integer(millis))])
        let view = JSONTree.object([
            .init("view-uuid", .string(uuid)), .init("format-version", .integer(1)), .init("location", .string("")),
            .init("schemas", .array([schema.tree])), .init("current-version-id", .integer(1)), .init("versions", .array([version])),
            .init("version-log", .array([entry])), .init("properties", .texts(properties)),
        ])
        var bytes: [UInt8] = []
        view.write(to: &bytes)
        return bytes
    }
}
