/// One change to a table's definition, and what it does to one.

import LodeCore
import LodeTables

/// Applied to the definition that the catalog holds at the time, whoever changed it since the statement began.
package enum DefinitionChange: Sendable {
    /// New columns are NULL in the files that are there.
    case addColumns([GlueColumn], ifNotExists: Bool = false)
    /// Another name, place or type for a column or a field of one, a column that goes, or a new field. Files that are there stay right, or
    /// others take their place in the same commit.
    case column(ColumnChange)
    /// The columns and fields by which rows are kept together; none for no longer.
    case cluster([ColumnPath])
    case setProperties([String: String])
    /// - `ifExists`: otherwise `42704` for one that is not there.
    case removeProperties([String], ifExists: Bool)
    /// Labels for those who look after tables, beside the properties.
    case setTags([String: String])
    /// - `ifExists`: otherwise `42704` for one that is not there.
    case removeTags([String], ifExists: Bool)
    /// What an external table's files are read with, in the SerDe's own words.
    case setSerDeProperties([String: String])
    /// All columns of an external table but those of its partitions; what is in its files stays.
    case replaceColumns([GlueColumn])
    /// A column of an external table, by its name, with another name, type or comment.
    case changeColumn(String, GlueColumn)
    /// Where an external table's files lie.
    case setLocation(String)
    /// The comment of a column, or of the table itself; nil takes it away.
    case setComment(String?, column: String? = nil)
    /// What a column gets that is not given, as SQL; nil takes it away.
    case setDefault(String?, column: String)
    case setNullable(Bool, column: String)
    case addConstraint(DeclaredConstraint)
    case dropConstraint(String, ifExists: Bool = false)
    /// How a table is divided from now on.
    case partitioning(PartitionTermChange)
    /// A branch or a tag.
    case reference(TableReferenceChange)
    /// Changes nothing, but needs the table to be in this state: the changes beside it are right for its rows.
    case requires(TableVersion)
    /// Changes nothing: all rows were written again as the changes beside it declare them.
    case rewritten
    case access(AccessChange)
    /// What the table's own log says of it by now, and the keys that the catalog keeps beside it; nil where these stay.
    case follow(TableDeclaration, keys: [DeclaredConstraint]? = nil)
    /// Another name, in the same or another database; files stay where they are.
    case rename(TableName)
}

extension GlueTable {
    /// - Throws: `42701` for a column that exists, `42809` for a location of a table that has none to set.
    package mutating func apply(_ change: DefinitionChange) throws(SQLError) {
        switch change {
        case .addColumns(let columns, let ifNotExists): try add(columns, ifNotExists)
        case .column(let change): try apply(change)
        case .cluster(let columns): clustering = columns
        case .setProperties(let properties): parameters.merge(properties) { _, new in new }
        case .setTags(let new): tags = (tags ?? [:]).merging(new) { _, new in new }
        case .removeTags(let names, let ifExists):
            try requireTags(names, in: tags ?? [:], ifExists)
            let left = (tags ?? [:]).filter { !names.contains($0.key) }
            tags = left.isEmpty ? nil : left
        case .removeProperties, .setSerDeProperties, .replaceColumns, .changeColumn: try applyHive(change)
        case .setLocation(let location):
            guard kind == .external, !hasOwnLog else {
                let noun = hasOwnLog ? "a table of the warehouse" : kind.noun
                throw SQLError(.wrongObjectType, "\"\(name)\" is \(noun): only an external table has a LOCATION to set")
            }
            storageDescriptor.location = location
        case .setComment, .setDefault, .setNullable, .addConstraint, .dropConstraint: try applyDeclaration(change)
        case .partitioning(let change):
            var declaration = try declaration()
            try change.apply(to: &declaration.partitionTerms)
            self = try declared(declaration)
        case .requires, .rewritten, .reference: break
        case .access(let change): try apply(change)
        case .follow(let declaration, let keys):
            self = try declared(declaration)
            if let keys { setConstraints(keys + (try constraints().filter(\.isEnforced))) }
        case .rename(let new):
            name = new.name
            databaseName = new.database
        }
    }

    /// - Throws: `42704` for a tag that is not there, unless that doesn't matter.
    func requireTags(_ names: [String], in known: [String: String], _ ifExists: Bool) throws(SQLError) {
        guard !ifExists, let missing = names.first(where: { known[$0] == nil }) else { return }
        throw SQLError(
            .undefinedObject, "table \"\(name)\" has no tag \"\(missing)\"",
            hint: NearestName.find(missing, among: known.keys.sorted()).map { "Did you mean \"\($0)\"?" })
    }

    private mutating func add(_ columns: [GlueColumn], _ ifNotExists: Bool) throws(SQLError) {
        var order = try schema().fields.map(\.name)
        var taken = Set(order.map { $0.lowercased() })
        for column in columns {
            guard taken.insert(column.name.lowercased()).inserted else {
                if ifNotExists { continue }
                throw SQLError(.duplicateColumn, "column \"\(column.name)\" of relation \"\(name)\" already exists")
            }
            storageDescriptor.columns.append(column)
            order.append(column.name)
        }
        if !partitionKeys.isEmpty { parameters[TableParameter.columnOrder] = JSONText.write(order) }
    }

    /// Whether files that were written for `earlier` are right in this table: it has the same columns, and others that may be NULL.
    func takesFiles(of earlier: GlueTable) -> Bool {
        func essence(_ column: GlueColumn) -> GlueColumn {
            var column = column
            column.comment = nil
            return column
        }
        let own = Set(storageDescriptor.columns.map(essence)), known = Set(earlier.storageDescriptor.columns.map(essence))
        return known.isSubset(of: own) && own.subtracting(known).allSatisfy { $0.nullable && $0.parameters == nil }
            && partitionKeys.map(essence) == earlier.partitionKeys.map(essence) && rules == earlier.rules
    }

    /// The properties that say what rows must be like, or how they are stored.
    private var rules: [String: String] {
        parameters.filter { $0.key.hasPrefix(TableParameter.ownPrefix) && $0.key != TableParameter.columnOrder }
    }
}
