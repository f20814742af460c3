/// `table_changes(table, start [, end])`: the rows that came and went in a range of versions.

import LodeCore
import LodePlan
import LodeSyntax
import LodeTables

extension Binder {
    static let changesFunction = "table_changes"

    /// The table is given by its name or by a text with it; a text with slashes is the folder of one that no catalog knows. Both ends of
    /// the range, numbers of versions or times, belong to it.
    /// - Source: Databricks SQL, "table_changes table-valued function".
    func bindChanges(_ call: FunctionCall, _ span: SourceSpan) throws(SQLError) -> BoundRelation {
        if let name = call.arguments.lazy.compactMap(\.name).first {
            throw .unsupported("a named argument of \(Self.changesFunction)", at: name.span, hint: "Give its arguments by position.")
        }
        guard (2...3).contains(call.arguments.count) else {
            throw SQLError(
                .undefinedFunction, "\(Self.changesFunction) takes a table, the first version or time, and perhaps the last one", at: span,
                hint: "For example table_changes('orders', 3, 7).")
        }
        let first = call.arguments[0].value, start = try bindVersion(call.arguments[1].value)
        let end = call.arguments.count > 2 ? try bindVersion(call.arguments[2].value) : nil
        do throws(SQLError) {
            guard let found = try changes(of: first, from: start, through: end) else {
                throw SQLError(.syntaxError, "\(Self.changesFunction) needs the name of a table", at: first.span)
            }
            switch found {
            case .source(let relation, let path): return scan(relation, as: Self.changesFunction, path: path)
            case .view(let view): return try bindView(view, span)
            }
        } catch {
            throw error.at(first.span)
        }
    }

    private func changes(
        of table: Expression, from start: TableTime, through end: TableTime?
    ) throws(SQLError) -> ResolvedRelation? {
        let name: QualifiedName
        switch table.kind {
        case .name(let own): name = own
        case .literal(.string(let text)):
            if text.contains("/") { return try resolver.changes(in: text, from: start, through: end) }
            guard let parsed = try? Parser.parseExpression(text), case .name(let own) = parsed.kind else { return nil }
            name = QualifiedName(own.parts.map { Identifier($0.text, isQuoted: true, span: table.span) })
        default: return nil
        }
        if let found = try resolver.changes(of: name, from: start, through: end) { return found }
        let known = resolver.nearbyNames().filter { !resolver.isFileFunction($0) }
        throw SQLError(
            .undefinedTable, "relation \"\(name.text)\" does not exist", at: table.span,
            hint: NearestName.find(name.text, among: known).map { "Did you mean \"\($0)\"?" })
    }

    /// A number is a version, what else there is a time.
    private func bindVersion(_ expression: Expression) throws(SQLError) -> TableTime {
        let bound = settle(try bind(expression, Scope(parent: nil, from: FromScope(), clause: .from)))
        let type: SQLType = bound.type.isInteger ? .bigint : .timestamptz
        switch try constant(expression, type, as: Self.changesFunction) {
        case .integer(let number): return .version(number)
        case .timestamp(let micros): return .timestamp(micros)
        default: throw SQLError(.invalidParameterValue, "a version must not be NULL", at: expression.span)
        }
    }
}
