/// What the binder asks its surroundings: which relation a name, a file or a file function in FROM stands for.

import LodeCore
import LodePlan
import LodeSyntax
import LodeTables

/// Implemented by the engine over the catalog, the session's temporary tables and the file readers.
package protocol RelationResolver {
    /// The table or view of that name along the search path; nil if there is none (the binder then says so, naming the nearest).
    /// - Throws: what the catalog raises, such as `3F000` for an unknown schema.
    func table(_ name: QualifiedName, at time: TableTime?) throws(SQLError) -> ResolvedRelation?

    /// Whether `name` is a function that reads files (`read_parquet`), in lower case.
    func isFileFunction(_ name: String) -> Bool

    /// The type of an option of a file function, if its values are brought to one (names in lower case).
    func optionType(_ function: String, _ option: String) -> SQLType?

    /// The relation that a call of a file function gives. Arguments are constants.
    func fileFunction(
        _ name: String, arguments: [Value], named: [(name: String, value: Value)], span: SourceSpan
    ) throws(SQLError) -> any Relation

    /// The rows that came and went in a range of versions of a table (`table_changes`); nil if there is no such table.
    func changes(of name: QualifiedName, from start: TableTime, through end: TableTime?) throws(SQLError) -> ResolvedRelation?

    /// The same of a table in a folder that no catalog knows.
    func changes(in folder: String, from start: TableTime, through end: TableTime?) throws(SQLError) -> ResolvedRelation

    /// The relation of `FROM 'path'`.
    func file(_ path: String, span: SourceSpan) throws(SQLError) -> any Relation

    /// Says that a query will be bound, so that what its tables need from afar can be asked for at once. A hint: it never fails.
    func willBind(_ query: Query)

    /// Names that a misspelt table may have meant: tables and views on the search path, and file functions.
    func nearbyNames() -> [String]

    /// These tables are to be as they are when the transaction of the statement commits.
    func lock(_ tables: Set<TableVersion>)
}

extension RelationResolver {
    package func lock(_ tables: Set<TableVersion>) {}
    package func willBind(_ query: Query) {}
    package func changes(of name: QualifiedName, from start: TableTime, through end: TableTime?) throws(SQLError) -> ResolvedRelation? {
        nil
    }

    package func changes(in folder: String, from start: TableTime, through end: TableTime?) throws(SQLError) -> ResolvedRelation {
        throw SQLError.unsupported("changes of a table in a folder here")
    }
    package func optionType(_ function: String, _ option: String) -> SQLType? { nil }
}

/// What a name in FROM turned out to be.
package enum ResolvedRelation {
    /// Something to scan. `path` is its full name ("lode", "main", "orders"), by which columns may be qualified.
    case source(any Relation, path: [String])
    case view(ResolvedView)
}

/// A view: its query is bound in place, where its own names mean what they meant to its author.
package struct ResolvedView {
    package var path: [String]
    package var query: Query
    /// Declared column names; empty to take those of the query.
    package var columns: [String]
    /// Resolves names along the view's own search path.
    package var resolver: any RelationResolver
    /// Of a view in the SQL of other engines; `query` is the first of them.
    package var foreign: ForeignQueries?

    package init(
        path: [String], query: Query, columns: [String], resolver: any RelationResolver, foreign: ForeignQueries? = nil
    ) {
        self.path = path
        self.query = query
        self.columns = columns
        self.resolver = resolver
        self.foreign = foreign
    }
}
