/// A table of the catalog whose definition is in its own log.

import LodeCore
import LodeFormats
import LodeTables

extension GlueTable {
    /// The format of a table that keeps a log of its own, which Lode writes.
    package var writableFormat: (any WritableTableFormat)? {
        // Where a property says which document is the current one, whoever writes the next one must say so too.
        parameters[IcebergFormat.pointer] == nil || isPublishedByCatalog ? loggedFormat as? any WritableTableFormat : nil
    }

    /// Whether rows of the table come and go by SQL. Attached catalogs have rules of their own.
    package var isWritten: Bool { kind == .managed || writableFormat != nil }

    /// Whether the table's folder, with its log, is the catalog's: it goes with the table.
    package var hasOwnLog: Bool { writableFormat != nil && parameters[TableParameter.ownFolder] != nil }

    /// What the definition says, as a log keeps it.
    package func declaration() throws(SQLError) -> TableDeclaration {
        var columns: [TableDeclaration.Column] = []
        for (field, column) in zip(try schema().fields, try self.columns()) {
            columns.append(
                TableDeclaration.Column(
                    field, maximumLength: column.maximumLength, comment: column.comment, defaultValue: column.defaultValue,
                    generated: column.generated, identity: column.identity))
        }
        let checks = try constraints().compactMap { constraint in constraint.condition.map { TableDeclaration.Check(constraint.name, $0) } }
        var declaration = TableDeclaration(
            columns: columns, checks: checks, properties: parameters.filter { !Self.isCatalogs($0.key) },
            comment: parameters[TableParameter.comment], clustering: clustering)
        declaration.partitionTerms = partitionTerms
        return declaration
    }

    /// By what the rows are divided: the partition columns, or transforms among them.
    package var partitionTerms: [PartitionTerm] {
        let kept = parameters[TableParameter.partitioning].flatMap { JSONText.readNames($0) }.flatMap { PartitionTerm.terms($0) }
        return kept ?? partitionKeys.map { PartitionTerm($0.name) }
    }

    /// Notes by what the rows are divided. The partition columns are those among the terms.
    package mutating func note(_ terms: [PartitionTerm]) {
        let isPlain = terms.allSatisfy { $0.isColumn && $0.givenName == nil }
        parameters[TableParameter.partitioning] = isPlain ? nil : JSONText.write(PartitionTerm.texts(terms))
    }

    /// Columns and fields by which rows are kept together.
    package var clustering: [ColumnPath]? {
        get { parameters[TableParameter.clustering].flatMap { try? JSONText.read([ColumnPath].self, $0, "a clustering") } }
        set { parameters[TableParameter.clustering] = newValue.map { JSONText.write($0) } }
    }

    /// The definition after identity columns have given values up to these.
    func counted(to marks: [String: Int64]) -> GlueTable {
        var table = self
        for (name, mark) in marks { table.changeColumn(name) { $0.identity?.highWaterMark = mark } }
        return table
    }

    /// Parameters that say how the catalog keeps the table, not what it is.
    private static func isCatalogs(_ key: String) -> Bool {
        key.hasPrefix(TableParameter.ownPrefix)
            || [TableParameter.comment, TableParameter.tableFormat, TableParameter.provider].contains(key)
    }

    /// The definition with what the log says; what only the catalog knows stays.
    package func declared(_ declaration: TableDeclaration) throws(SQLError) -> GlueTable {
        var table = try GlueTable.define(
            tableName, Schema(declaration.columns.map(\.field)), partitionedBy: declaration.partitionColumns, kind: kind,
            location: storageDescriptor.location)
        var result = self
        result.storageDescriptor.columns = table.storageDescriptor.columns
        result.partitionKeys = table.partitionKeys
        // Whoever writes the log gives its properties: none of them says how the catalog keeps the table, or where its document is.
        let isOwn = { (key: String) in Self.isCatalogs(key) || key == IcebergFormat.pointer }
        let given = declaration.properties.filter { !isOwn($0.key) }
        result.parameters = parameters.filter { isOwn($0.key) }.merging(given) { own, _ in own }
        result.parameters[TableParameter.columnOrder] = table.parameters[TableParameter.columnOrder]
        result.clustering = declaration.clustering
        result.parameters[TableParameter.comment] = declaration.comment ?? parameters[TableParameter.comment]
        result.note(declaration.partitionTerms)
        for column in declaration.columns {
            result.changeColumn(column.field.name) {
                if let length = column.maximumLength { $0.type = HiveTypeText.varchar(length) }
                $0.comment = column.comment
                $0.defaultValue = column.defaultValue
                $0.generated = column.generated
                $0.identity = column.identity
            }
        }
        table = result
        let keys = try keys()
        let checks = declaration.checks.map { check in
            let known = (try? constraints())?.first { $0.name.lowercased() == check.name.lowercased() && $0.condition == check.condition }
            return known ?? DeclaredConstraint(name: check.name, kind: .check, columns: [], condition: check.condition)
        }
        table.setConstraints(keys + checks)
        return table
    }

    /// Constraints that are of the catalog alone: nobody enforces them.
    func keys() throws(SQLError) -> [DeclaredConstraint] { try constraints().filter { !$0.isEnforced } }
}
