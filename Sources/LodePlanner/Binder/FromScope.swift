/// The columns that a FROM clause makes visible, by relation and merged.

import LodeCore
import LodePlan
import LodeSyntax

/// Relations with their columns, for qualified names, and the columns of an unqualified `*`, for plain ones.
///
/// The two differ after JOIN … USING: the merged column is visible once, but each side's is still there by its qualifier.
struct FromScope {
    struct Visible {
        var name: String
        var column: PlanColumn
        /// The alias of the relation that it comes from; nil for merged columns.
        var relation: String?
    }

    struct Relation {
        /// The alias, or the table's own name.
        var name: String
        /// The table's full name if it has no alias: `main.orders` may qualify then.
        var path: [String]
        /// The table behind an alias, for hints: `orders o` is not to be called `orders`.
        var origin: String?
        /// The names that columns are called by here, aligned with `columns`.
        var names: [String]
        var columns: [PlanColumn]
        /// Columns that are there for who names them, and that no `*` shows.
        var hidden: [PlanColumn] = []

        /// Positions of columns called `name`: exact matches if there are any, else those without regard to case.
        func positions(of name: String) -> [Int] {
            let folded = name.lowercased()
            let loose = names.indices.filter { names[$0].lowercased() == folded }
            if loose.count < 2 { return loose }
            let exact = loose.filter { names[$0] == name }
            return exact.isEmpty ? loose : exact
        }
    }

    private(set) var relations: [Relation] = []
    private(set) var visible: [Visible] = []
    /// Positions in `visible` by name in lower case.
    private var index: [String: [Int]] = [:]
    /// Everything that is produced, hidden columns included.
    private(set) var ids: Set<ColumnID> = []

    init() {}

    init(
        relation name: String, path: [String], columns: [PlanColumn], names: [String]? = nil, origin: String? = nil,
        hidden: [PlanColumn] = []
    ) {
        let names = names ?? columns.map(\.name)
        relations = [Relation(name: name, path: path, origin: origin, names: names, columns: columns, hidden: hidden)]
        for (name, column) in zip(names, columns) { show(Visible(name: name, column: column, relation: relations[0].name)) }
        ids = Set((columns + hidden).map(\.id))
    }

    private mutating func show(_ column: Visible) {
        index[column.name.lowercased(), default: []].append(visible.count)
        visible.append(column)
        ids.insert(column.column.id)
    }

    /// Visible columns of that name: exact matches if there are any, else those without regard to case.
    func find(_ name: String) -> [Visible] {
        let loose = (index[name.lowercased()] ?? []).map { visible[$0] }
        if loose.count < 2 { return loose }
        let exact = loose.filter { $0.name == name }
        return exact.isEmpty ? loose : exact
    }

    /// Hidden columns of that name, which is in lower case, with the relations that have them.
    func findHidden(_ name: String) -> [Visible] {
        relations.flatMap { relation in
            relation.hidden.filter { $0.name == name }.map { Visible(name: $0.name, column: $0, relation: relation.name) }
        }
    }

    /// The one visible column of that name.
    /// - Throws: `42703`, `42702`.
    func visible(named name: Identifier) throws(SQLError) -> Visible {
        let found = find(name.text)
        if found.count == 1 { return found[0] }
        if found.count > 1 { throw Self.ambiguous(name.text, found.compactMap(\.relation), at: name.span) }
        throw SQLError(
            .undefinedColumn, "column \"\(name.text)\" does not exist", at: name.span, detail: columnList,
            hint: NearestName.find(name.text, among: visible.map(\.name)).map { "Did you mean \"\($0)\"?" })
    }

    static func ambiguous(_ name: String, _ relations: [String], at span: SourceSpan) -> SQLError {
        let choices = relations.filter { !$0.isEmpty }.prefix(4).map { "\($0).\(name)" }
        return SQLError(
            .ambiguousColumn, "column reference \"\(name)\" is ambiguous", at: span,
            hint: choices.isEmpty ? nil : "Say which one: \(choices.joined(separator: " or ")).")
    }

    /// "Columns: a, b, c" for error details; the first few.
    var columnList: String? {
        if visible.isEmpty { return nil }
        let shown = visible.prefix(12).map(\.name).joined(separator: ", ")
        return "Visible columns: \(shown)\(visible.count > 12 ? ", … (\(visible.count) in all)" : "")."
    }

    /// Relations that are called by `qualifier` (one or more parts of a dotted name).
    func relations(called qualifier: ArraySlice<Identifier>) -> [Relation] {
        guard let last = qualifier.last?.text.lowercased() else { return [] }
        return relations.filter { relation in
            if qualifier.count == 1 { return relation.name.lowercased() == last }
            let path = relation.path.suffix(qualifier.count)
            return path.count == qualifier.count && zip(path, qualifier).allSatisfy { $0.lowercased() == $1.text.lowercased() }
        }
    }

    /// Both sides' columns next to each other.
    /// - Throws: `42712` if an alias occurs on both sides.
    func joined(with other: FromScope, at span: SourceSpan) throws(SQLError) -> FromScope {
        var result = self
        for relation in other.relations where !relation.name.isEmpty {
            if let twin = relations.first(where: { $0.name.lowercased() == relation.name.lowercased() }),
                twin.path.isEmpty || relation.path.isEmpty || twin.path == relation.path
            {
                throw SQLError(
                    .duplicateAlias, "table name \"\(relation.name)\" specified more than once", at: span,
                    hint: "Give each its own alias, such as \"\(relation.name) AS \(relation.name)2\".")
            }
        }
        result.relations += other.relations
        for column in other.visible { result.show(column) }
        result.ids.formUnion(other.ids)
        return result
    }

    /// After USING: the merged columns come first, then what else either side shows.
    func merging(_ merged: [Visible], hiding hidden: Set<ColumnID>) -> FromScope {
        var result = FromScope()
        result.relations = relations
        result.ids = ids
        for column in merged { result.show(column) }
        for column in visible where !hidden.contains(column.column.id) { result.show(column) }
        return result
    }

    /// All visible columns as one relation of another name.
    /// - Throws: `42P10` if more names are given than there are columns.
    func renamed(_ alias: String, columns names: [Identifier], at span: SourceSpan) throws(SQLError) -> FromScope {
        guard names.count <= visible.count else {
            throw SQLError(
                .invalidColumnReference,
                "table \"\(alias)\" has \(visible.count) columns available but \(names.count) columns specified", at: span)
        }
        let all = visible.indices.map { $0 < names.count ? names[$0].text : visible[$0].name }
        let origin = relations.count == 1 ? relations[0].path.last : nil
        let hidden = relations.count == 1 ? relations[0].hidden : []
        return FromScope(relation: alias, path: [], columns: visible.map(\.column), names: all, origin: origin, hidden: hidden)
    }

    /// The same names for other columns.
    func replacing(_ columns: [ColumnID: PlanColumn]) -> FromScope {
        var result = self
        for index in result.visible.indices {
            result.visible[index].column = columns[visible[index].column.id] ?? visible[index].column
        }
        for index in result.relations.indices {
            result.relations[index].columns = relations[index].columns.map { columns[$0.id] ?? $0 }
        }
        result.ids.formUnion(columns.values.map(\.id))
        return result
    }

    /// Its columns as an outer join leaves them.
    func nullable() -> FromScope {
        var result = self
        for index in result.visible.indices { result.visible[index].column.nullable = true }
        for index in result.relations.indices {
            for column in result.relations[index].columns.indices { result.relations[index].columns[column].nullable = true }
            for column in result.relations[index].hidden.indices { result.relations[index].hidden[column].nullable = true }
        }
        return result
    }
}
