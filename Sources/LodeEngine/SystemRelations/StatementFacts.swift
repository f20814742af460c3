/// What functions ask about the catalog's objects, answered for one statement of a session.

import LodeCatalog
import LodeCore
import LodeFunctions
import LodeSyntax
import LodeTables

/// Safe for many threads: the statement's functions run on the workers of the pool.
final class StatementFacts: CatalogFacts {
    private let objects: StatementObjects
    private let catalog: any Catalog
    private let user: String
    private let roles: RoleGraph
    private let explicitPath: [String], fullPath: [String]
    private let databaseName: String
    let startMicros: Int64

    init(_ objects: StatementObjects, _ session: Session) {
        self.objects = objects
        catalog = session.catalog
        user = session.currentUser
        roles = RoleGraph(session)
        explicitPath = session.settings.searchPath
        fullPath = session.lookupPath
        databaseName = session.engine.databaseName
        startMicros = session.engine.startMicros
    }

    // MARK: Objects

    func object(_ kind: ObjectKind, _ number: Int64) throws(SQLError) -> ObjectFacts? {
        switch kind {
        case .relation: return try relation(number)
        case .constraint: return try constraint(number)
        case .schema:
            guard let schema = try objects.all.schema(number) else { return nil }
            var facts = ObjectFacts(number: number, name: schema.name)
            facts.comment = schema.comment
            return facts
        case .role: return try objects.all.roleName(number).map { ObjectFacts(number: number, name: $0) }
        case .type: return objects.names.text(.regtype, number).map { ObjectFacts(number: number, name: $0) }
        case .function: return FunctionFacts.all[number]
        case .database: return number == ObjectNumbers.database ? ObjectFacts(number: number, name: databaseName) : nil
        case .tablespace: return Self.tablespaces[number].map { ObjectFacts(number: number, name: $0) }
        // All of them ship with Lode.
        case .operator, .collation, .operatorClass, .operatorFamily, .language:
            return number > 0 && number < ObjectNumbers.first ? ObjectFacts(number: number, name: "") : nil
        case .statistics: return nil
        }
    }

    private static let tablespaces: [Int64: String] = [1663: "pg_default", 1664: "pg_global"]

    private func relation(_ number: Int64) throws(SQLError) -> ObjectFacts? {
        if let relation = try objects.all.relation(number) {
            var facts = ObjectFacts(number: number, name: relation.name)
            facts.kind = relation.kind
            facts.comment = relation.table.comment
            facts.isVisible = try objects.isVisible(number, relation.name)
            if relation.kind == "v" { facts.definition = relation.table.viewOriginalText.map { " \($0);" } }
            facts.columns = relation.attributes().map { ObjectFacts.Column(name: $0.name, comment: $0.column.comment) }
            return facts
        }
        guard let name = try objects.all.className(number) else { return nil }
        for relation in try objects.all.relations() where relation.schema.name == name.database {
            guard let key = try relation.keys().first(where: { $0.number == number }) else { continue }
            var facts = ObjectFacts(number: number, name: name.name)
            facts.kind = "i"
            facts.isVisible = try objects.isVisible(number, name.name)
            facts.definition = IndexText.definition(of: key, on: relation)
            facts.columns = key.declared.columns.map { ObjectFacts.Column(name: $0) }
            return facts
        }
        return nil
    }

    private func constraint(_ number: Int64) throws(SQLError) -> ObjectFacts? {
        for relation in try objects.all.relations() {
            guard let found = try relation.constraints().first(where: { $0.number == number }) else { continue }
            var facts = ObjectFacts(number: number, name: found.declared.name)
            facts.definition = try definition(of: found)
            return facts
        }
        return nil
    }

    private func definition(of constraint: ConstraintObject) throws(SQLError) -> String {
        func list(_ names: [String]) -> String { names.map { SQLName.quoted($0) }.joined(separator: ", ") }
        let declared = constraint.declared
        switch declared.kind {
        case .check: return "CHECK (\(declared.condition ?? ""))"
        case .primaryKey: return "PRIMARY KEY (\(list(declared.columns)))"
        case .unique: return "UNIQUE (\(list(declared.columns)))"
        case .foreignKey:
            guard let reference = declared.reference else { return "FOREIGN KEY (\(list(declared.columns)))" }
            let name = TableName(reference.schema, reference.table), number = try objects.all.classNumber(name)
            let full = "\(SQLName.quoted(name.database)).\(SQLName.quoted(name.name))"
            let shown = number.flatMap { objects.names.text(.regclass, $0) } ?? full
            var columns = reference.columns
            if columns.isEmpty, let target = try objects.all.relation(name) {
                columns = try target.keys().first { $0.declared.kind == .primaryKey }?.declared.columns ?? []
            }
            return "FOREIGN KEY (\(list(declared.columns))) REFERENCES \(shown)\(columns.isEmpty ? "" : "(\(list(columns)))")"
        }
    }

    func object(_ kind: ObjectKind, named name: String) throws(SQLError) -> ObjectFacts? {
        let number: Int64?
        switch kind {
        case .relation: number = try objects.names.number(.regclass, name)
        case .type: number = try objects.names.number(.regtype, name)
        case .function:
            // Whichever of its overloads: they are all the same to who asks.
            let last = try SQLName.parts(of: String(name.prefix { $0 != "(" })).last
            number = FunctionFacts.all.values.filter { $0.name == last }.map(\.number).min()
        case .schema: number = try objects.all.schema(named: name)?.number
        case .role: number = try objects.all.role(named: name)
        case .database: number = name == databaseName ? ObjectNumbers.database : nil
        case .tablespace: number = Self.tablespaces.first { $0.value == name }?.key
        case .constraint, .operator, .collation, .operatorClass, .operatorFamily, .language, .statistics: number = nil
        }
        return try number.flatMap { (number) throws(SQLError) in try object(kind, number) }
    }

    func byteCount(_ kind: ObjectKind, _ number: Int64) throws(SQLError) -> Int64? {
        guard kind == .relation else {
            guard try object(kind, number) != nil else { return nil }
            var total: Int64 = 0
            for relation in try objects.all.relations() where relation.isTable { total += try bytes(of: relation.table) }
            return total
        }
        if let relation = try objects.all.relation(number) { return relation.isTable ? try bytes(of: relation.table) : 0 }
        return try objects.all.className(number) == nil ? nil : 0
    }

    private func bytes(of table: GlueTable) throws(SQLError) -> Int64 {
        if table.kind != .managed { return 0 }
        return try catalog.snapshot(of: table.tableName).plan(nil).files.reduce(0) { $0 + Int64($1.size) }
    }

    // MARK: Privileges

    func isGranted(_ question: PrivilegeQuestion) throws(SQLError) -> Bool {
        let role = question.role ?? user
        let principal = role == "public" ? Principal(name: role, isSuperuser: false, roles: []) : try roles.principal(role)
        if principal.isSuperuser { return true }
        switch question.kind {
        case .relation:
            guard let relation = try objects.all.relation(question.object.number) else { return true }
            return isGranted(question, principal, relation.table)
        case .schema:
            guard let schema = try catalog.database(question.object.name) else { return false }
            return isGranted(question, principal, schema)
        case .database:
            if question.privilege != "create" { return !question.withGrantOption }
            return try catalog.role(role)?.canCreateDatabases ?? false
        case .tablespace: return false
        default: return !question.withGrantOption
        }
    }

    private func isGranted(_ question: PrivilegeQuestion, _ principal: Principal, _ object: some Guarded) -> Bool {
        guard let wanted = Privileges(word: question.privilege) else { return false }
        let has = question.withGrantOption ? object.passedOn(by: principal.roles) : object.privileges(of: principal.roles)
        return has.isSuperset(of: wanted)
    }

    func isMember(_ role: String?, of other: String, canGrant: Bool) throws(SQLError) -> Bool {
        let principal = try roles.principal(role ?? user)
        if principal.isSuperuser || principal.name == other { return true }
        if !canGrant { return try roles.memberships(of: principal.name, onlyInherited: false).contains(other) }
        return try catalog.role(principal.name)?.memberships?.contains { $0.role == other && $0.isAdmin } ?? false
    }

    // MARK: The session

    func searchPath(implicit: Bool) throws(SQLError) -> [String] {
        var found: [String] = []
        for name in implicit ? fullPath : explicitPath {
            if let schema = try objects.all.schema(named: name) { found.append(schema.name) }
        }
        return found
    }

    var keywords: [(word: String, class: Character)] { Grammar.keywords }
}

/// The parameters and results of functions, by number.
enum FunctionFacts {
    static let all: [Int64: ObjectFacts] = {
        var found: [Int64: ObjectFacts] = [:]
        guard let table = ShippedTables.table(TableName("pg_catalog", PgProc.name)), let schema = try? table.schema(),
            let name = schema.index(of: "proname"), let arguments = schema.index(of: "proargtypes"),
            let result = schema.index(of: "prorettype"), let isSet = schema.index(of: "proretset")
        else { return found }
        for row in PgProc.allRows {
            guard case .integer(let number) = row[0], case .text(let text) = row[name] else { continue }
            var facts = ObjectFacts(number: number, name: text.string)
            if case .list(let types) = row[arguments] { facts.arguments = types.map(typeName).joined(separator: ", ") }
            facts.result = (row[isSet] == .boolean(true) ? "SETOF " : "") + typeName(row[result])
            found[number] = facts
        }
        return found
    }()

    private static func typeName(_ value: Value) -> String {
        if case .integer(let number) = value { TypeNames.text(number) ?? "???" } else { "???" }
    }
}
