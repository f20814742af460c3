/// What a column of a result is called if the query does not say.

import LodeSyntax

/// PostgreSQL's rules (FigureColname): the column's or function's own name, what a construct is called, or `?column?`.
enum OutputName {
    static func of(_ expression: Expression) -> String { name(expression) ?? "?column?" }

    private static func name(_ expression: Expression) -> String? {
        switch expression.kind {
        case .name(let name): return name.last.text
        case .field(_, let name): return name.text
        case .call(let call): return call.name.last.text
        case .cast(let inner, let type, _): return own(inner) ?? typeName(type)
        case .collate(let inner, _), .element(let inner, _): return name(inner)
        case .slice(let slice): return name(slice.base)
        case .literal(.typed(let type, _)): return typeName(type)
        case .literal(.boolean): return "bool"
        case .interval: return "interval"
        case .caseWhen(let written): return written.otherwise.flatMap(own) ?? "case"
        case .atTimeZone: return "timezone"
        case .extract: return "extract"
        case .position: return "position"
        case .substring: return "substring"
        case .trim(let side, _, _): return side == .both ? "btrim" : side == .leading ? "ltrim" : "rtrim"
        case .overlay: return "overlay"
        case .grouping: return "grouping"
        case .row: return "row"
        case .array, .arrayQuery: return "array"
        case .map: return "map"
        case .structure: return "struct"
        case .exists: return "exists"
        case .subquery(let query): return subqueryName(query)
        default: return nil
        }
    }

    /// A name that comes from a column or function, rather than from a construct.
    private static func own(_ expression: Expression) -> String? {
        switch expression.kind {
        case .name, .field, .call, .element, .slice, .collate: name(expression)
        case .cast(let inner, _, _): own(inner)
        case .subquery(let query): subqueryName(query)
        default: nil
        }
    }

    private static func subqueryName(_ query: Query) -> String? {
        guard case .select(let select) = query.body, let item = select.items.first else { return nil }
        return item.alias?.text ?? name(item.expression)
    }

    private static func typeName(_ type: TypeName) -> String? {
        switch type.kind {
        case .named(let name, _): name.last.text
        case .list: "array"
        case .structure: "struct"
        case .map: "map"
        }
    }
}
