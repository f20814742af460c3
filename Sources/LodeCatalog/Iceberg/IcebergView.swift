/// Views of Iceberg catalogs: names, columns, and their text in the SQL of each engine.

import LodeCloud
import LodeCore

/// - Source: Iceberg View Spec, "View Metadata".
struct IcebergView {
    /// What Lode calls its own SQL.
    static let ownDialect = "lode"

    /// Dialects near enough to it to be tried, the nearest first.
    fileprivate static let akin = ["duckdb", "postgresql", "postgres", "trino", "presto", "athena", "spark", "databricks"]

    private let schema: IcebergSchema
    private let properties: [String: String]
    private let defaultNamespace: [String]
    /// Of Lode's own text.
    private let searchPath: String?
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
        searchPath = version["summary"]?[TableParameter.searchPath]?.string
        for item in version["representations"]?.items ?? [] where item["type"]?.string?.lowercased() == "sql" {
            if let dialect = item["dialect"]?.string?.lowercased(), let sql = item["sql"]?.string { texts[dialect] = sql }
        }
    }

    /// Texts in other dialects than Lode's are among its properties.
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
        for (dialect, sql) in texts where dialect != Self.ownDialect { view.parameters[GlueTable.text(in: dialect)] = sql }
        let namespace = defaultNamespace.isEmpty ? nil : IcebergNamespace(defaultNamespace).database
        view.parameters["default-namespace"] = namespace
        view.parameters[TableParameter.searchPath] = view.viewOriginalText.flatMap { _ in searchPath } ?? namespace
        return view
    }
}

extension GlueTable {
    /// Among the properties of a view: the dialects of SQL that it has texts in.
    static let dialects = "dialects"

    /// Among the properties of a view: its text in another dialect than Lode's.
    static func text(in dialect: String) -> String { "sql.\(dialect)" }

    /// The text of a view.
    /// - Throws: `0A000` for a view that has none in Lode's SQL, naming those that it has.
    package func viewText() throws(SQLError) -> String {
        if let viewOriginalText { return viewOriginalText }
        throw notInOwnSQL(hint: "SHOW TBLPROPERTIES shows its text.")
    }

    /// Those of a view that has none in Lode's SQL, the most promising first.
    package var foreignTexts: [ForeignText] {
        IcebergView.akin.compactMap { dialect in parameters[Self.text(in: dialect)].map { ForeignText(dialect: dialect, sql: $0) } }
    }

    /// The error for a view of which no text is understood.
    package func notInOwnSQL(hint: String? = nil) -> SQLError {
        let others = parameters[Self.dialects].flatMap { $0.isEmpty ? nil : $0 } ?? "none"
        return SQLError(
            .featureNotSupported, "the view \"\(tableName)\" is not written in Lode's SQL", detail: "Its SQL is for: \(others).",
            hint: hint)
    }
}
