/// expressions.gram and queries.gram -> AST: function calls and windows.
import LodeCore

extension Transform {
    @inline(never)
    func call(_ edge: Edge) throws(SQLError) -> FunctionCall {
        let name = try qualifiedName(edge)
        var parts = Arguments()
        if let arguments = find(edge, .arguments) { parts = try self.arguments(arguments) }
        var over: WindowReference?
        if let window = find(edge, .over) {
            let inner = try kid(window, 0)
            over = rule(inner) == .windowSpec ? .specification(try windowSpecification(inner)) : .name(try identifier(inner))
        }
        return FunctionCall(
            name: name, arguments: parts.list, isDistinct: parts.isDistinct, orderBy: parts.orderBy,
            withinGroup: try find(edge, .withinGroup).map { (group) throws(SQLError) in
                try orderItems(try kid(group, 0))
            } ?? [],
            filter: try optionalExpression(content(edge, .filter)), nulls: parts.nulls ?? nullTreatment(edge), over: over)
    }

    private struct Arguments {
        var list: [FunctionCall.Argument] = []
        var isDistinct = false
        var orderBy: [OrderItem] = []
        var nulls: NullTreatment?
    }

    @inline(never)
    private func arguments(_ edge: Edge) throws(SQLError) -> Arguments {
        var parts = Arguments()
        parts.nulls = nullTreatment(edge)
        for kid in kids(edge) {
            switch rule(kid) {
            case .windowOrder: parts.orderBy = try orderItems(kid)
            case .nullTreatment: break
            case .namedArgument:
                parts.list.append(
                    .init(name: try firstName(kid), value: try expression(try lastKid(kid))))
            default:
                switch word(kid) {
                case .distinct: parts.isDistinct = true
                case .all: break
                default: parts.list.append(.init(name: nil, value: try expression(kid)))
                }
            }
        }
        return parts
    }

    private func nullTreatment(_ edge: Edge) -> NullTreatment? {
        find(edge, .nullTreatment).map { has($0, .ignore) ? .ignore : .respect }
    }

    /// A function in FROM. There `name = value` is a named argument, as DuckDB has it.
    @inline(never)
    func tableCall(_ edge: Edge) throws(SQLError) -> FunctionCall {
        var list: [FunctionCall.Argument] = []
        if let arguments = find(edge, .tableArguments) { list = try self.arguments(arguments).list }
        let named = list.map { argument in
            guard argument.name == nil, case .binary(.comparison(.equal), let left, let right) = argument.value.kind,
                case .name(let name) = left.kind, name.parts.count == 1
            else { return argument }
            return FunctionCall.Argument(name: name.last, value: right)
        }
        return FunctionCall(name: try qualifiedName(edge), arguments: named)
    }

    func orderItems(_ edge: Edge) throws(SQLError) -> [OrderItem] {
        try each(kids(edge).filter { rule($0) == .orderItem }) { (item) throws(SQLError) in try orderItem(item) }
    }

    @inline(never)
    func orderItem(_ edge: Edge) throws(SQLError) -> OrderItem {
        OrderItem(
            expression: try expression(try kid(edge, 0)), isDescending: has(edge, .desc), nullsFirst: nullsFirst(edge))
    }

    func nullsFirst(_ edge: Edge) -> Bool? {
        guard has(edge, .nulls) else { return nil }
        return has(edge, .first)
    }

    @inline(never)
    func windowSpecification(_ edge: Edge) throws(SQLError) -> WindowSpecification {
        var base: Identifier?
        if let name = find(edge, .windowBase) { base = try firstName(name) }
        var partition: [Expression] = []
        if let list = find(edge, .partitionList) { partition = try expressions(kids(list)) }
        var order: [OrderItem] = []
        if let list = find(edge, .windowOrder) { order = try orderItems(list) }
        var frame: WindowFrame?
        if let part = find(edge, .frame) { frame = try self.frame(part) }
        return WindowSpecification(base: base, partitionBy: partition, orderBy: order, frame: frame, span: span(edge))
    }

    @inline(never)
    private func frame(_ edge: Edge) throws(SQLError) -> WindowFrame {
        let bounds = kids(edge).filter { rule($0) == .bound }
        guard let start = bounds.first else { throw mismatch(edge) }
        let unit: WindowFrame.Unit = has(edge, .rows) ? .rows : has(edge, .range) ? .range : .groups
        var exclusion: WindowFrame.Exclusion?
        if let part = find(edge, .exclusion) {
            exclusion = has(part, .no) ? .noOthers : has(part, .current) ? .currentRow : has(part, .group) ? .group : .ties
        }
        return WindowFrame(
            unit: unit, start: try bound(start), end: bounds.count > 1 ? try bound(bounds[1]) : nil, exclusion: exclusion,
            span: span(edge))
    }

    @inline(never)
    private func bound(_ edge: Edge) throws(SQLError) -> WindowFrame.Bound {
        if has(edge, .current) { return .currentRow }
        if has(edge, .unbounded) { return has(edge, .preceding) ? .unboundedPreceding : .unboundedFollowing }
        let value = try expression(try kid(edge, 0))
        return has(edge, .preceding) ? .preceding(value) : .following(value)
    }
}
