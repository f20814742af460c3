/// A table's definition as the statement that makes it.

import LodeCatalog
import LodeCore
import LodeFormats
import LodeSyntax

enum TableDDL {
    /// `CREATE TABLE …` or `CREATE VIEW …` that gives the same table.
    /// - Parameter catalog: the attached one that has it.
    static func text(_ table: GlueTable, of catalog: String? = nil) throws(SQLError) -> String {
        // That of an attached catalog is in its database's name.
        let parts = catalog == nil ? [table.databaseName] : table.databaseName.split(separator: ".", maxSplits: 1).map(String.init)
        let name = (parts + [table.name]).map { NameQuoting.quoted($0) }.joined(separator: ".")
        if table.kind == .view {
            let clauses = (comment(table).map { " " + $0 } ?? "") + (properties(table).map { " " + $0 } ?? "")
            return "CREATE VIEW \(name)\(clauses) AS \(try table.viewText())"
        }
        if let format = table.loggedFormat, !table.hasOwnLog, table.icebergPartitioning == nil, let location = table.folder {
            // Columns and partitions are in the table's own log.
            let clauses = [comment(table), properties(table)].compactMap(\.self).map { "\n" + $0 }.joined()
            return "CREATE EXTERNAL TABLE \(name)\nUSING \(format.name)\nLOCATION \(SQLText(location).literal)\(clauses)"
        }
        var lines: [String] = []
        for (field, declared) in zip(try table.schema().fields, try table.columns()) { lines.append("    " + column(field, declared)) }
        for constraint in try table.constraints() { lines.append("    " + self.constraint(constraint)) }
        let isExternal = table.kind == .external && !table.hasOwnLog
        var text = "CREATE \(isExternal ? "EXTERNAL " : "")TABLE \(name) (\n"
        text += lines.joined(separator: ",\n") + "\n)"
        if let partitioning = table.icebergPartitioning {
            text += "\nUSING iceberg" + (partitioning.isEmpty ? "" : "\nPARTITIONED BY (\(partitioning))")
        } else if let format = table.loggedFormat?.name ?? table.fileFormat?.name {
            text += "\nUSING \(format)"
        }
        let terms = table.partitionTerms
        if !terms.isEmpty {
            text += "\nPARTITIONED BY (\(terms.map { $0.sql { NameQuoting.quoted($0) } }.joined(separator: ", ")))"
        }
        if let columns = table.clustering, !columns.isEmpty {
            text += "\nCLUSTER BY (\(columns.map { $0.map { NameQuoting.quoted($0) }.joined(separator: ".") }.joined(separator: ", ")))"
        }
        if catalog != nil, let serde = serde(table) { text += "\n" + serde }
        if let comment = comment(table) { text += "\n" + comment }
        if isExternal, let location = table.storageDescriptor.location { text += "\nLOCATION \(SQLText(location).literal)" }
        if let properties = properties(table) { text += "\n" + properties }
        return text
    }

    private static func column(_ field: Field, _ column: GlueColumn) -> String {
        var text = "\(NameQuoting.quoted(field.name)) \(column.typeText(field.type))"
        if let identity = column.identity {
            text += " GENERATED \(identity.takesValues ? "BY DEFAULT" : "ALWAYS") AS IDENTITY"
            if identity.start != 1 || identity.step != 1 { text += " (START WITH \(identity.start) INCREMENT BY \(identity.step))" }
        }
        if let value = column.generated { text += " GENERATED ALWAYS AS (\(value)) STORED" }
        if let value = column.defaultValue { text += " DEFAULT \(value)" }
        if !field.nullable { text += " NOT NULL" }
        if let comment = column.comment { text += " COMMENT \(SQLText(comment).literal)" }
        return text
    }

    private static func constraint(_ constraint: DeclaredConstraint) -> String {
        let text = "CONSTRAINT \(NameQuoting.quoted(constraint.name)) \(constraint.kind.rawValue) "
        if let condition = constraint.condition { return text + "(\(condition))" }
        let key = text + list(constraint.columns)
        guard let other = constraint.reference else { return key + " NOT ENFORCED" }
        let target = "\(NameQuoting.quoted(other.schema)).\(NameQuoting.quoted(other.table))"
        return key + " REFERENCES \(target) \(list(other.columns)) NOT ENFORCED"
    }

    private static func comment(_ table: GlueTable) -> String? { table.comment.map { "COMMENT \(SQLText($0).literal)" } }

    private static func properties(_ table: GlueTable) -> String? {
        let others = table.loggedFormat == nil
            ? [TableParameter.comment] : [TableParameter.comment, TableParameter.tableFormat, "delta.columnMapping.maxColumnId"]
        let shown = table.givenProperties.filter { !$0.key.hasPrefix(TableParameter.ownPrefix) && !others.contains($0.key) }
        if shown.isEmpty { return nil }
        return "TBLPROPERTIES (\(pairs(shown)))"
    }

    /// How text files are read, as Hive says it.
    private static func serde(_ table: GlueTable) -> String? {
        guard table.fileFormat?.isText == true, let serde = table.storageDescriptor.serdeInfo,
            let library = serde.serializationLibrary
        else { return nil }
        let told = serde.parameters ?? [:], text = "ROW FORMAT SERDE \(SQLText(library).literal)"
        return told.isEmpty ? text : text + " WITH SERDEPROPERTIES (\(pairs(told)))"
    }

    private static func pairs(_ texts: [String: String]) -> String {
        texts.sorted { $0.key < $1.key }.map { "\(SQLText($0.key).literal) = \(SQLText($0.value).literal)" }.joined(separator: ", ")
    }

    private static func list(_ names: [String]) -> String { "(\(names.map { NameQuoting.quoted($0) }.joined(separator: ", ")))" }
}
