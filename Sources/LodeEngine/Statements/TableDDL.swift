/// A table's definition as the statement that makes it.

import LodeCatalog
import LodeCore
import LodeSyntax

enum TableDDL {
    /// `CREATE TABLE …` or `CREATE VIEW …` that gives the same table.
    static func text(_ table: GlueTable) throws(SQLError) -> String {
        if table.kind == .view {
            return "CREATE VIEW \(NameQuoting.quoted(table.databaseName)).\(NameQuoting.quoted(table.name)) AS \(table.viewOriginalText ?? "")"
        }
        var lines: [String] = []
        for field in try table.schema().fields {
            lines.append("    \(NameQuoting.quoted(field.name)) \(field.type)\(field.nullable ? "" : " NOT NULL")")
        }
        var text = "CREATE \(table.kind == .external ? "EXTERNAL " : "")TABLE \(NameQuoting.quoted(table.databaseName)).\(NameQuoting.quoted(table.name)) (\n"
        text += lines.joined(separator: ",\n") + "\n)"
        if let format = table.storageFormat { text += "\nUSING \(format.rawValue)" }
        if !table.partitionKeys.isEmpty { text += "\nPARTITIONED BY (\(table.partitionKeys.map { NameQuoting.quoted($0.name) }.joined(separator: ", ")))" }
        if table.kind == .external, let location = table.storageDescriptor.location { text += "\nLOCATION \(literal(location))" }
        let shown = table.parameters.filter { !$0.key.hasPrefix("lode.") && $0.key != TableParameter.comment }.sorted { $0.key < $1.key }
        if !shown.isEmpty {
            text += "\nTBLPROPERTIES (" + shown.map { "\(literal($0.key)) = \(literal($0.value))" }.joined(separator: ", ") + ")"
        }
        return text
    }

    static func literal(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
