/// Relations that ship with Lode and whose rows are computed when they are read.

import LodeCatalog
import LodeCore
import LodeExecution

/// One relation of `pg_catalog`, `information_schema` or `lode`.
///
/// To add one: its definition in `catalog/<schema>/<name>.json`, with a line in `catalog/embed.c`; a file here; a line in
/// `SystemRelations.all`. A relation whose rows never change needs no code, but `catalog/<schema>/<name>.tsv`; one without rows needs
/// neither.
protocol SystemRelation: SendableMetatype {
    static var schema: String { get }
    static var name: String { get }
    /// Rows aligned with the columns of the definition.
    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]]
}

extension SystemRelation {
    static var schema: String { "pg_catalog" }
}

/// What a relation may ask when it computes its rows. They are computed on the session's thread, when the statement is executed.
struct SystemScope: Sendable {
    let table: GlueTable
    let engine: Engine
    let objects: CatalogObjects
    let user: String
    let roles: RoleGraph
    let settings: SessionSettings
    /// What the statement wants of the rows: a relation that heeds it has less to do; rows too many do no harm.
    let predicate: ColumnPredicate

    /// The numbers of which a column must have one; nil if it may have others.
    func numbers(_ column: String) -> Set<Int64>? {
        predicate.possibleValues(of: column).map { values in
            Set(values.compactMap { value in if case .integer(let number) = value { number } else { nil } })
        }
    }

    /// The rows that ship with the relation.
    func shippedRows() throws(SQLError) -> [[Value]] { try ShippedTables.rows(of: table) }

    /// The number of a table's owner.
    func owner(of table: GlueTable) throws(SQLError) -> Int64 {
        guard table.kind != .system, let owner = table.owner else { return ObjectNumbers.firstRole }
        return try objects.role(named: owner) ?? ObjectNumbers.firstRole
    }

    func ownerName(of table: GlueTable) -> String { table.kind == .system ? Role.first : table.owner ?? Role.first }
}

enum SystemRelations {
    static let all: [any SystemRelation.Type] = [
        PgAttrdef.self, PgAttribute.self, PgClass.self, PgConstraint.self, PgDescription.self, PgForeignTable.self, PgIndex.self,
        PgIndexes.self, PgNamespace.self, PgProc.self, PgTables.self, PgType.self, PgViews.self, PgStatUserTables.self,
        PgStatActivity.self, PgStatSSL.self, QueryHistoryRelation.self, SecretsRelation.self,
        PgDatabase.self, PgSettings.self, PgRoles.self, PgAuthid.self, PgUser.self, PgShadow.self, PgGroup.self,
        PgAuthMembers.self,
    ] + information

    /// The rows of a relation that ships with Lode.
    static func relation(_ table: GlueTable, _ session: Session, _ objects: CatalogObjects) throws(SQLError) -> ComputedRelation {
        let computed = byName["\(table.databaseName).\(table.name)"]
        let engine = session.engine, user = session.currentUser, roles = session.roles, settings = session.settings
        let shown = try table.columns().count { !$0.isHidden }, fields = try table.schema().fields
        return ComputedRelation(
            displayName: "\(table.tableName)", schema: Schema(Array(fields.prefix(shown))), hidden: Array(fields.dropFirst(shown)),
            origins: try table.origins(), number: ObjectNumbers.table(table), usualRows: computed == nil ? 100 : 1000
        ) { predicate throws(SQLError) in
            let named = computed?.schema == "information_schema" ? predicate.possibleValues(of: "table_schema") : nil
            let objects = try named.map { (names) throws(SQLError) in
                try objects.lookingInto(Set(names.compactMap { if case .text(let name) = $0 { name.string } else { nil } }))
            } ?? objects
            let scope = SystemScope(
                table: table, engine: engine, objects: objects, user: user, roles: roles, settings: settings, predicate: predicate)
            guard let computed else { return try scope.shippedRows() }
            return try computed.rows(scope)
        }
    }

    /// What tells of the schemas and tables of an attached catalog: `g.information_schema.tables`; nil for another name.
    /// - Throws: `0A000` for what is not told of one.
    static func information(_ name: TableName, _ session: Session) throws(SQLError) -> ComputedRelation? {
        guard let entry = session.engine.attached.owner(of: name.database),
            name.database.dropFirst(entry.name.count + 1).lowercased() == "information_schema"
        else { return nil }
        let told = ["tables", "columns", "views", "schemata"], isIceberg = entry.definition.kind.hasPrefix("iceberg")
        let own = TableName("information_schema", name.name.lowercased())
        guard told.contains(own.name), !isIceberg || own.name != "columns", let table = ShippedTables.table(own) else {
            let hint = own.name == "columns" ? "DESCRIBE shows the columns of one table." : "There is: \(told.joined(separator: ", "))."
            throw SQLError.unsupported("\(name)", hint: hint)
        }
        return try relation(table, session, CatalogObjects(try entry.catalog(), attached: entry.name))
    }

    private static let byName = Dictionary(
        all.map { ("\($0.schema).\($0.name)", $0) }, uniquingKeysWith: { first, _ in first })
}

extension Value {
    static func number(_ number: Int64) -> Value { .integer(number) }
    static func number(_ number: Int) -> Value { .integer(Int64(number)) }
    static func number(_ number: Int16) -> Value { .integer(Int64(number)) }
    static func number(_ number: Int32) -> Value { .integer(Int64(number)) }
    static func number(_ number: UInt32) -> Value { .integer(Int64(number)) }
    static func optional(_ text: String?) -> Value { text.map { .text($0) } ?? .null }
    static func numbers(_ numbers: [Int]) -> Value { .list(numbers.map { .integer(Int64($0)) }) }
    static let zero = Value.integer(0), one = Value.integer(1), yes = Value.boolean(true), no = Value.boolean(false)
}
