/// The name that an output column gets without AS.
import LodeCore

/// - Source: PostgreSQL, `FigureColname` in `parse_target.c`.
package enum ColumnName {
    static let unknown = "?column?"

    /// The name of a select item: its alias, or what its expression suggests.
    package static func of(_ item: SelectItem) -> String { item.alias?.text ?? suggested(for: item.expression) }

    /// `amount` for `o.amount`, `sum` for `sum(x)`, `case` for CASE; `?column?` if nothing suggests itself.
    package static func suggested(for expression: Expression) -> String {
        guard let found = find(expression) else { return unknown }
        return found.name
    }

    /// A name, and whether it is strong: a column or function; a type's name gives way to one.
    private static func find(_ expression: Expression) -> (name: String, isStrong: Bool)? {
        switch expression.kind {
        case .name(let name): (name.last.text, true)
        case .field(_, let name): (name.text, true)
        case .element(let base, _): find(base)
        case .slice(let slice): find(slice.base)
        case .call(let call): (call.name.last.text, true)
        case .cast(let value, let type, _): strong(value) ?? typeName(type)
        case .collate(let value, _): find(value)
        case .atTimeZone: ("timezone", true)
        case .extract: ("extract", true)
        case .position: ("position", true)
        case .substring: ("substring", true)
        case .overlay: ("overlay", true)
        case .trim(let side, _, _): (side == .both ? "btrim" : side == .leading ? "ltrim" : "rtrim", true)
        case .grouping: ("grouping", true)
        case .caseWhen(let value): value.otherwise.flatMap(strong) ?? ("case", false)
        case .exists: ("exists", true)
        case .subquery(let query): first(of: query.body)
        case .arrayQuery, .array: ("array", true)
        case .row: ("row", true)
        case .map: ("map", true)
        case .structure: ("struct", true)
        case .interval: ("interval", false)
        case .literal(let literal): literalName(literal)
        default: nil
        }
    }

    private static func strong(_ expression: Expression) -> (name: String, isStrong: Bool)? {
        find(expression).flatMap { $0.isStrong ? $0 : nil }
    }

    private static func literalName(_ literal: Literal) -> (name: String, isStrong: Bool)? {
        switch literal {
        case .boolean: ("bool", false)
        case .typed(let type, _): typeName(type)
        default: nil
        }
    }

    private static func typeName(_ type: TypeName) -> (name: String, isStrong: Bool)? {
        switch type.kind {
        case .named(let name, _): (Self.internalNames[name.last.text] ?? name.last.text, false)
        case .list(let element, _): typeName(element)
        case .structure: ("struct", false)
        case .map: ("map", false)
        }
    }

    /// What PostgreSQL calls its types inside, which is what its columns are called.
    private static let internalNames = [
        "int": "int4", "integer": "int4", "bigint": "int8", "smallint": "int2", "boolean": "bool", "real": "float4",
        "double": "float8", "float": "float8", "decimal": "numeric", "dec": "numeric", "char": "bpchar",
        "timestamp with time zone": "timestamptz", "time with time zone": "timetz",
    ]

    private static func first(of body: QueryBody) -> (name: String, isStrong: Bool)? {
        switch body {
        case .select(let select): select.items.first.flatMap { $0.alias.map { ($0.text, true) } ?? find($0.expression) }
        case .setOperation(let operation): operation.operands.first.flatMap(first)
        case .query(let query): first(of: query.body)
        case .values: ("column1", true)
        case .table: nil
        }
    }
}
