/// Functions in FROM: unnest, number series, and those that read files.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    /// A call in FROM. It may read what is to its left, as if LATERAL were written.
    func bindTableFunction(
        _ call: FunctionCall, alias: TableAlias?, _ withOrdinality: Bool, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundRelation {
        let name = try functionName(call)
        if withOrdinality, name != "unnest", FunctionRegistry.sets[name] == nil {
            throw .unsupported("WITH ORDINALITY of \(name)", at: span)
        }
        if name == Self.changesFunction { return try aliased(try bindChanges(call, span), alias, at: span) }
        if resolver.isFileFunction(name) { return try aliased(try bindFileFunction(name, call, span), alias, at: span) }
        let relation: BoundRelation
        switch name {
        case "unnest": relation = try bindUnnest(call, withOrdinality, alias, span, scope)
        case "generate_series" where !withOrdinality, "range": relation = try bindSeries(name, call, span, scope)
        case _ where FunctionRegistry.sets[name] != nil:
            guard let rows = try bindSetTable(name, call, withOrdinality, span, scope) else { throw unknownTableFunction(name, call) }
            relation = rows
        default:
            guard FunctionRegistry.scalars[name] != nil || ["coalesce", "nullif"].contains(name) else {
                throw unknownTableFunction(name, call)
            }
            let value = settle(try bindCall(call, span, scope))
            let column = PlanColumn(ids.fresh(), name, value.type)
            let plan = LogicalPlan.project(ProjectNode(input: .values(.singleRow), items: [.init(column, value)]))
            relation = BoundRelation(plan: plan, from: FromScope(relation: name, path: [], columns: [column]))
        }
        var from = relation.from
        // A function's only column is called like its alias, unless it has a name of its own.
        if let alias, alias.columns.isEmpty, from.visible.count == 1, from.visible[0].name == name {
            from = FromScope(relation: alias.name.text, path: [], columns: from.visible.map(\.column), names: [alias.name.text])
            return BoundRelation(plan: relation.plan, from: from)
        }
        return try aliased(relation, alias, at: span)
    }

    private func unknownTableFunction(_ name: String, _ call: FunctionCall) -> SQLError {
        let known = resolver.nearbyNames().filter { resolver.isFileFunction($0) }
            + FunctionRegistry.sets.keys.sorted() + ["unnest", "range", Self.changesFunction]
        let isAggregate = FunctionRegistry.aggregates[name] != nil
        return SQLError(
            .undefinedFunction, isAggregate ? "aggregate functions are not allowed in FROM" : "table function \(name) does not exist",
            at: call.name.span, hint: NearestName.find(name, among: known).map { "Did you mean \"\($0)\"?" })
    }

    private func bindFileFunction(_ name: String, _ call: FunctionCall, _ span: SourceSpan) throws(SQLError) -> BoundRelation {
        let scope = Scope(parent: nil, from: FromScope(), clause: .from)
        var positional: [Value] = []
        var named: [(name: String, value: Value)] = []
        for argument in call.arguments {
            let label = argument.name?.text.lowercased()
            let value: Value
            if let label, let type = resolver.optionType(name, label) {
                value = try constant(argument.value, type, as: label)
            } else {
                value = try bindOption(argument.value, scope)
            }
            if let label {
                named.append((label, value))
            } else if named.isEmpty {
                positional.append(value)
            } else {
                throw SQLError(.syntaxError, "positional argument cannot follow named argument", at: argument.value.span)
            }
        }
        do throws(SQLError) {
            let source = try resolver.fileFunction(name, arguments: positional, named: named, span: span)
            return scan(source, as: name, path: [])
        } catch {
            throw error.at(span)
        }
    }

    private func bindUnnest(
        _ call: FunctionCall, _ withOrdinality: Bool, _ alias: TableAlias?, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundRelation {
        guard !call.arguments.isEmpty else { throw SQLError(.undefinedFunction, "unnest needs a list", at: span) }
        var lists: [BoundExpression] = [], elements: [PlanColumn] = []
        for argument in call.arguments {
            let list = settle(try bind(argument.value, scope))
            switch list.type.base {
            case .list(let element): elements.append(PlanColumn(ids.fresh(), "unnest", element))
            case .map(let key, let value):
                elements.append(PlanColumn(ids.fresh(), "key", key))
                elements.append(PlanColumn(ids.fresh(), "value", value))
            default:
                throw SQLError(
                    .undefinedFunction, "function unnest(\(list.type)) does not exist", at: argument.value.span,
                    hint: "unnest takes a list or a map.")
            }
            lists.append(list)
        }
        let ordinality = withOrdinality ? PlanColumn(ids.fresh(), "ordinality", .bigint, nullable: false) : nil
        let node = UnnestNode(input: .values(.singleRow), lists: lists, elements: elements, ordinality: ordinality)
        let columns = elements + (ordinality.map { [$0] } ?? [])
        return BoundRelation(plan: .unnest(node), from: FromScope(relation: "unnest", path: [], columns: columns))
    }

    /// `generate_series(start, stop [, step])` and `range([start,] stop [, step])`.
    private func bindSeries(_ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundRelation {
        var arguments: [BoundExpression] = []
        for argument in call.arguments { arguments.append(try bind(argument.value, scope)) }
        guard (1...3).contains(arguments.count) else { throw noSeries(name, arguments, span) }
        if arguments.count == 1 { arguments.insert(NumberLiteral.integer(0), at: 0) }
        var type = Self.commonType(of: Array(arguments.prefix(2))) ?? .null
        if type == .varchar, arguments.prefix(2).allSatisfy(\.isUntyped) { type = .bigint }
        let stepType: SQLType
        switch type {
        case .tinyint, .smallint, .integer, .bigint:
            if arguments.count == 3, arguments[2].type == .bigint { type = .bigint }
            if type != .bigint { type = .integer }
            if name == "range" { type = .bigint }
            stepType = type
        case .date, .timestamp, .timestamptz, .timestampNanos, .timestamptzNanos:
            if type == .date { type = .timestamp }
            stepType = .interval
        default: throw noSeries(name, arguments, span)
        }
        if arguments.count == 2 {
            guard stepType != .interval else {
                throw SQLError(.undefinedFunction, "\(name) over \(type) needs a step", at: span, hint: "For example INTERVAL '1 day'.")
            }
            arguments.append(.constant(.integer(1), stepType))
        }
        let types = [type, type, stepType]
        var typed: [BoundExpression] = []
        for (index, argument) in arguments.enumerated() {
            typed.append(
                try coerce(argument, to: types[index], as: "argument \(index + 1) of \(name)", at: call.arguments.last?.value.span ?? span))
        }
        return try series(name, typed, type, span)
    }

    private func series(_ name: String, _ arguments: [BoundExpression], _ type: SQLType, _ span: SourceSpan) throws(SQLError)
        -> BoundRelation
    {
        let includesStop = name == "generate_series"
        let isFixed = arguments.allSatisfy { $0.columns.isEmpty && !$0.hasSubquery }
        let list = includesStop ? "sequence" : "range"
        if isFixed || !type.isInteger || FunctionRegistry.scalars[list] == nil {
            let column = PlanColumn(ids.fresh(), name, type)
            let node = SeriesNode(column: column, arguments: arguments, includesStop: includesStop)
            return BoundRelation(plan: .series(node), from: FromScope(relation: name, path: [], columns: [column]))
        }
        // Bounds that differ from row to row give a list a row, which is unnested. Subqueries are computed in a row of their own.
        var input = LogicalPlan.values(.singleRow), bounds = arguments
        if arguments.contains(where: \.hasSubquery) {
            let items = arguments.map { ProjectNode.Item(PlanColumn(ids.fresh(), "bound", $0.type), $0) }
            bounds = items.map(\.column.reference)
            input = .project(ProjectNode(input: input, items: items))
        }
        let column = PlanColumn(ids.fresh(), name, .bigint)
        let plan = LogicalPlan.unnest(UnnestNode(input: input, lists: [try call(list, bounds, at: span)], elements: [column]))
        return BoundRelation(plan: plan, from: FromScope(relation: name, path: [], columns: [column]))
    }

    private func noSeries(_ name: String, _ arguments: [BoundExpression], _ span: SourceSpan) -> SQLError {
        SQLError(
            .undefinedFunction, "function \(name)(\(Self.typeList(arguments.map { .value($0) }))) does not exist", at: span,
            hint: "It takes a start, a stop and a step: integers, or dates or timestamps with an interval.")
    }
}
