/// What functions may ask about the catalog's objects: descriptions, definitions, owners, privileges.

import LodeCore

/// A kind of object, by the catalog of PostgreSQL that lists its kind.
package enum ObjectKind: String, Sendable, CaseIterable {
    case relation = "pg_class"
    case type = "pg_type"
    case function = "pg_proc"
    case schema = "pg_namespace"
    case role = "pg_authid"
    case database = "pg_database"
    case constraint = "pg_constraint"
    case `operator` = "pg_operator"
    case collation = "pg_collation"
    case operatorClass = "pg_opclass"
    case operatorFamily = "pg_opfamily"
    case statistics = "pg_statistic_ext"
    case language = "pg_language"
    case tablespace = "pg_tablespace"
}

/// What is known of one object.
package struct ObjectFacts: Sendable {
    /// A column of a relation, by its number from 1.
    package struct Column: Sendable {
        package var name: String
        package var comment: String?
        package init(name: String, comment: String? = nil) {
            self.name = name
            self.comment = comment
        }
    }

    package var number: Int64
    package var name: String
    /// Whether the name alone finds it along the search path.
    package var isVisible = true
    package var comment: String?
    /// The query of a view, `CHECK (…)` of a constraint, `CREATE INDEX …` of an index, `CREATE FUNCTION …` of a function.
    package var definition: String?
    /// Of a function: its parameters, and what it gives.
    package var arguments: String?, result: String?
    /// Of a relation or an index.
    package var columns: [Column] = []
    /// Of a relation: `r`, `v`, `i`, as in `pg_class.relkind`.
    package var kind = ""

    package init(number: Int64, name: String) {
        self.number = number
        self.name = name
    }
}

/// What a privilege is asked for.
package struct PrivilegeQuestion: Sendable {
    /// Nil is the current user.
    package var role: String?
    package var kind: ObjectKind
    package var object: ObjectFacts
    /// `select`, `usage`, …, in lower case.
    package var privilege: String
    /// Whether it must come with the right to grant it.
    package var withGrantOption: Bool
}

/// Answered by the session, as the statement finds the catalog.
package protocol CatalogFacts: Sendable {
    /// Nil if there is no such object.
    func object(_ kind: ObjectKind, _ number: Int64) throws(SQLError) -> ObjectFacts?
    /// The object of a name that SQL may write, along the search path; nil if there is none.
    func object(_ kind: ObjectKind, named name: String) throws(SQLError) -> ObjectFacts?
    /// The bytes of a relation's files, or of all in the database; nil if there is no such object.
    func byteCount(_ kind: ObjectKind, _ number: Int64) throws(SQLError) -> Int64?
    func isGranted(_ question: PrivilegeQuestion) throws(SQLError) -> Bool
    /// Whether a role is a member of another one, or is it; `role` nil is the current user.
    func isMember(_ role: String?, of other: String, canGrant: Bool) throws(SQLError) -> Bool
    /// The schemas of the search path that exist; with `implicit`, those too that are searched unasked.
    func searchPath(implicit: Bool) throws(SQLError) -> [String]
    /// The words of the language with the letter of their class.
    var keywords: [(word: String, class: Character)] { get }
    /// When the server began, in microseconds since 1970-01-01 UTC.
    var startMicros: Int64 { get }
}

/// No catalog: tests and constants that are computed without a session.
package struct NoCatalog: CatalogFacts {
    package init() {}
    package func object(_ kind: ObjectKind, _ number: Int64) throws(SQLError) -> ObjectFacts? { nil }
    package func object(_ kind: ObjectKind, named name: String) throws(SQLError) -> ObjectFacts? { nil }
    package func byteCount(_ kind: ObjectKind, _ number: Int64) throws(SQLError) -> Int64? { nil }
    package func isGranted(_ question: PrivilegeQuestion) throws(SQLError) -> Bool { true }
    package func isMember(_ role: String?, of other: String, canGrant: Bool) throws(SQLError) -> Bool { true }
    package func searchPath(implicit: Bool) throws(SQLError) -> [String] { [] }
    package var keywords: [(word: String, class: Character)] { [] }
    package var startMicros: Int64 { 0 }
}
