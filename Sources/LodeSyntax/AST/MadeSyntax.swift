/// Syntax that no text stands for: what statements that mean other statements are made of.
import LodeCore

extension ParsedStatement {
    /// A statement that was not written. Its parts have the span of what asked for it.
    package init(_ statement: Statement, at span: SourceSpan) { self.init(statement: statement, span: span, parameterCount: 0) }
}

extension Expression {
    package static func text(_ text: String, at span: SourceSpan) -> Expression { Expression(.literal(.string(text)), span: span) }
    package static func number(_ digits: String, at span: SourceSpan) -> Expression { Expression(.literal(.number(digits)), span: span) }

    /// `name`, as if in quotes.
    package static func column(_ name: String, at span: SourceSpan) -> Expression {
        Expression(.name(QualifiedName([Identifier(name, isQuoted: true, span: span)])), span: span)
    }

    package static func call(_ name: String, _ arguments: [Expression], at span: SourceSpan) -> Expression {
        Expression(.call(FunctionCall(name, arguments.map { (nil, $0) }, at: span)), span: span)
    }

    /// `{'name': value, …}`.
    package static func structure(_ entries: [(name: String, value: Expression)], at span: SourceSpan) -> Expression {
        let entries = entries.map { StructEntry(name: Identifier($0.name, isQuoted: true, span: span), value: $0.value) }
        return Expression(.structure(entries), span: span)
    }

    package func cast(to type: String) -> Expression {
        let name = TypeName(.named(QualifiedName([Identifier(type, span: span)]), []), span: span)
        return Expression(.cast(self, name, isTry: false), span: span)
    }
}

extension FunctionCall {
    package convenience init(_ name: String, _ arguments: [(name: Identifier?, value: Expression)], at span: SourceSpan) {
        self.init(
            name: QualifiedName([Identifier(name, span: span)]), arguments: arguments.map { Argument(name: $0.name, value: $0.value) })
    }
}

extension Query {
    /// `SELECT items FROM source`; without items `SELECT *`.
    package static func selecting(_ items: [Expression] = [], from source: TableReference, at span: SourceSpan) -> Query {
        let chosen = items.isEmpty ? [Expression(.star(Star()), span: span)] : items
        let select = Select(
            quantifier: .all, items: chosen.map { SelectItem(expression: $0, alias: nil) }, from: [source], where: nil, groupBy: nil,
            having: nil, qualify: nil, windows: [], sample: nil, span: span)
        return Query(with: nil, body: .select(select), orderBy: nil, limit: nil, span: span)
    }
}

extension SelectItem {
    package init(_ expression: Expression, as alias: Identifier? = nil) { self.init(expression: expression, alias: alias) }
}

extension DescribeTarget {
    /// The target in FROM.
    package var source: TableReference {
        switch self {
        case .table(let name): TableReference(.table(name, nil), alias: nil, span: name.span)
        case .file(let path, let span): TableReference(.file(path), alias: nil, span: span)
        case .query(let query): TableReference(.subquery(query, isLateral: false), alias: nil, span: query.span)
        }
    }
}

extension Insert {
    /// `INSERT INTO table (columns) query`.
    package init(into table: QualifiedName, columns: [Identifier], _ query: Query) {
        self.init(
            with: nil, table: table, alias: nil, isOverwrite: false, partition: [], columns: columns, isByName: false,
            evolvesSchema: false, source: .query(query), returning: [])
    }
}

extension OrderItem {
    package init(by expression: Expression, isDescending: Bool, nullsFirst: Bool?) {
        self.init(expression: expression, isDescending: isDescending, nullsFirst: nullsFirst)
    }
}

extension Delete {
    /// `DELETE FROM table WHERE condition`: the rows that a condition names.
    package init(from table: QualifiedName, where condition: Expression) {
        self.init(
            with: nil, table: TableReference(.table(table, nil), alias: nil, span: table.span), using: [], where: condition, returning: [])
    }
}
