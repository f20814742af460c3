/// Views of Iceberg catalogs: names, columns, and their text in the SQL of each engine.

import LodeCloud
import LodeCore

/// - Source: Iceberg View Spec, "View Metadata".
struct IcebergView {
    /// What Lode calls its own SQL.
    static let ownDialect = "lode"

    private let schema: IcebergSchema
    private let properties: [String: String]
    private let defaultNamespace: [String]
    /// By dialect, in lower case.
    private var texts: [String: String] = [:]

    /// - Throws: `XX001` for what is no such document.
    init(_ json: CloudJSON) throws(SQLError) {
        let current = json["current-version-id"]?.integer
        guard let version = json["versions"]?.items.first(where: { current != nil && $0["version-id"]?.integer == current }) else {
            throw SQLError(.dataCorrupted, "the view's metadata has no current version")
        }
        let number = version["schema-id"]?.integer
        guard let schema = json["schemas"]?.items.first(where: { number != nil && $0["schema-id"]?.integer == number }) else {
            throw SQLError(.dataCorrupted, "the view's metadata has no current schema")
        }
        self.schema = IcebergSchema(schema)
        properties = json["properties"]?.texts ?? [:]
        defaultNamespace = version["default-namespace"]?.items.compactMap(\.string) ?? []
        for item in version["representations"]?.items ?? [] where item["type"]?.string?.lowercased() == "sql" {
            if let dialect = item["dialect"]?.string?.lowercased(), let sql = item["sql"]?.string { texts[dialect] = sql }
        }
    }

    /// The view has a text if there is one for Lode; others are among its properties.
    func table(_ name: TableName) throws(SQLError) -> GlueTable {
        var view = GlueTable(name: name.name, databaseName: name.database, tableType: .view)
        do throws(SQLError) {
            view.storageDescriptor = StorageDescriptor(columns: try schema.columns())
        } catch {
            throw error.within("view \(name)")
        }
        view.parameters = properties.filter { !$0.key.hasPrefix(TableParameter.ownPrefix) }
        view.description = properties[TableParameter.comment]
        view.viewOriginalText = texts[Self.ownDialect]
        view.parameters[GlueTable.dialects] = texts.keys.sorted().joined(separator: ", ")
        for (dialect, sql) in texts where dialect != Self.ownDialect { view.parameters["sql.\(dialect)"] = sql }
        if !defaultNamespace.isEmpty { view.parameters["default-namespace"] = IcebergNamespace(defaultNamespace).database }
        return view
    }
}

extension GlueTable {
    /// Among the properties of a view: the dialects of SQL that it has texts in.
    static let dialects = "dialects"

    /// The text of a view.
    /// - Throws: `0A000` for a view that has none in Lode's SQL, naming those that it has.
    package func viewText() throws(SQLError) -> String {
        if let viewOriginalText { return viewOriginalText }
        let others = parameters[Self.dialects].flatMap { $0.isEmpty ? nil : $0 } ?? "none"
        throw SQLError(
            .featureNotSupported, "the view \"\(tableName)\" is not written in Lode's SQL", detail: "Its SQL is for: \(others).",
            hint: "SHOW TBLPROPERTIES shows its text.")
    }
}
