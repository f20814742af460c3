/// Window functions and aggregates over windows.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    func registerWindows(_ select: Select, _ block: SelectBlock) throws(SQLError) {
        for window in select.windows {
            guard block.windowsByName.updateValue(window.specification, forKey: window.name.text.lowercased()) == nil else {
                throw SQLError(.windowingError, "window \"\(window.name.text)\" is already defined", at: window.name.span)
            }
        }
    }

    /// A call with OVER: a column of a window node above the aggregation.
    func bindWindowCall(_ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        guard scope.clause.allowsWindows, let block = scope.block, !scope.isLambda else { throw misplacedWindow(scope, span) }
        guard let reference = call.over else { throw .internalFault("a window call without a window", at: span) }
        let inner = scope.entering(.windowDefinition)
        let window = try resolve(reference, block, inner)
        if !call.orderBy.isEmpty { throw .unsupported("ORDER BY among the arguments of a window function", at: span) }
        if !call.withinGroup.isEmpty { throw .unsupported("WITHIN GROUP with OVER", at: span) }
        let filter = try call.filter.map { (e) throws(SQLError) in try bindCondition(e, inner, of: "FILTER") }
        var made: WindowCall
        if let function = FunctionRegistry.windows[name] {
            if call.isDistinct { throw .unsupported("DISTINCT in the window function \(name)", at: span) }
            if filter != nil {
                throw SQLError(.featureNotSupported, "FILTER is not implemented for non-aggregate window functions", at: span)
            }
            made = try navigation(function, name, call, span, inner)
        } else if let aggregate = FunctionRegistry.aggregates[name] {
            if call.nulls == .ignore { throw .unsupported("IGNORE NULLS in the aggregate \(name)", at: span) }
            let bound = try aggregateCall(aggregate, name, call, span, inner)
            let arguments = filter.map { condition in bound.arguments.map { $0.guarded(by: condition) } } ?? bound.arguments
            made = WindowCall(
                column: bound.column, name: bound.name, function: .aggregate(bound.function), arguments: arguments,
                frame: .standard, isDistinct: bound.isDistinct, filter: filter, span: span)
        } else if FunctionRegistry.scalars[name] != nil {
            throw SQLError(
                .wrongObjectType, "OVER specified, but \(name) is not a window function nor an aggregate function", at: span)
        } else {
            throw SQLError(
                .undefinedFunction, "window function \(name) does not exist", at: call.name.span,
                hint: NearestName.find(name, among: (Array(FunctionRegistry.windows.keys) + FunctionRegistry.aggregates.keys).sorted())
                    .map { "Did you mean \"\($0)\"?" })
        }
        made.frame = window.frame
        let use = SelectBlock.WindowUse(partition: window.partition, order: window.order, call: made)
        if let twin = block.windows.first(where: { $0.computesSame(as: use) }) { return twin.call.column.reference }
        block.windows.append(use)
        return made.column.reference
    }

    private func misplacedWindow(_ scope: Scope, _ span: SourceSpan) -> SQLError {
        let clause = scope.query.clause
        if clause == .windowDefinition {
            return SQLError(
                .windowingError, "window function calls cannot be nested", at: span, hint: "Compute the inner one in a subquery.")
        }
        if clause == .aggregateArgument || clause == .filter {
            return SQLError(
                .groupingError, "aggregate function calls cannot contain window function calls", at: span,
                hint: "Compute the window function in a subquery.")
        }
        let hint = clause == .where || clause == .having ? "Conditions on window functions go to QUALIFY." : nil
        return SQLError(.windowingError, "window functions are not allowed in \(clause.rawValue)", at: span, hint: hint)
    }

    private func navigation(
        _ function: WindowFunction, _ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> WindowCall {
        var arguments: [BoundExpression] = []
        for argument in call.arguments {
            if let label = argument.name { throw .unsupported("a named argument of \(name)", at: label.span) }
            arguments.append(try bind(argument.value, scope))
        }
        let (_, types) = try choose(
            [function], name, arguments.map { .value($0) }, at: span, signature: { $0.signature },
            bind: { (_, _) throws(SQLError) in () })
        let converted = try convert(arguments, to: types, else: types, at: span)
        if call.nulls == .ignore, !function.kind.respectsNullTreatment {
            throw SQLError(.wrongObjectType, "\(name) does not take IGNORE NULLS", at: span)
        }
        let result = function.returns(converted.map(\.type))
        return WindowCall(
            column: PlanColumn(ids.fresh(), name, result), name: name, function: .window(function.kind), arguments: converted,
            frame: .standard, ignoresNulls: call.nulls == .ignore, span: span)
    }

    private struct ResolvedWindow {
        var partition: [BoundExpression]
        var order: [SortKey]
        var frame: LodePlan.WindowFrame
    }

    private func resolve(_ reference: WindowReference, _ block: SelectBlock, _ scope: Scope) throws(SQLError) -> ResolvedWindow {
        switch reference {
        case .name(let name): return try resolve(try named(name, block), block, scope, depth: 0)
        case .specification(let specification):
            if let base = specification.base, let inherited = block.windowsByName[base.text.lowercased()], inherited.frame != nil {
                throw SQLError(.windowingError, "cannot copy window \"\(base.text)\" because it has a frame clause", at: base.span)
            }
            return try resolve(specification, block, scope, depth: 0)
        }
    }

    private func named(_ name: Identifier, _ block: SelectBlock) throws(SQLError) -> WindowSpecification {
        if let known = block.windowsByName[name.text.lowercased()] { return known }
        throw SQLError(
            .undefinedObject, "window \"\(name.text)\" does not exist", at: name.span,
            hint: NearestName.find(name.text, among: block.select.windows.map(\.name.text)).map { "Did you mean \"\($0)\"?" })
    }

    private func resolve(
        _ written: WindowSpecification, _ block: SelectBlock, _ scope: Scope, depth: Int
    ) throws(SQLError) -> ResolvedWindow {
        var window = ResolvedWindow(partition: [], order: [], frame: .standard)
        if let base = written.base {
            guard depth < 50 else { throw SQLError(.windowingError, "windows are defined by each other", at: base.span) }
            window = try resolve(try named(base, block), block, scope, depth: depth + 1)
            if !written.partitionBy.isEmpty {
                throw SQLError(.windowingError, "cannot override PARTITION BY clause of window \"\(base.text)\"", at: written.span)
            }
            if !written.orderBy.isEmpty, !window.order.isEmpty {
                throw SQLError(.windowingError, "cannot override ORDER BY clause of window \"\(base.text)\"", at: written.span)
            }
        }
        if !written.partitionBy.isEmpty { window.partition = try bindAll(written.partitionBy, scope).map(settle) }
        if !written.orderBy.isEmpty { window.order = try sortKeys(written.orderBy, scope) }
        if let frame = written.frame { window.frame = try bindFrame(frame, window.order, scope) }
        return window
    }

    /// A window node for each set of calls with the same partitions and order.
    func windows(_ uses: [SelectBlock.WindowUse], over input: LogicalPlan) -> LogicalPlan {
        var nodes: [WindowNode] = []
        for use in uses {
            if let index = nodes.firstIndex(where: { $0.partition == use.partition && $0.order == use.order }) {
                nodes[index].calls.append(use.call)
            } else {
                nodes.append(WindowNode(input: input, partition: use.partition, order: use.order, calls: [use.call]))
            }
        }
        var plan = input
        for var node in nodes {
            node.input = plan
            plan = .window(node)
        }
        return plan
    }
}

extension SelectBlock.WindowUse {
    /// Whether the other call gives the same values, as the second `rank()` in `ORDER BY` and the select list does.
    fileprivate func computesSame(as other: Self) -> Bool {
        guard call.name == other.call.name, partition == other.partition, order == other.order, call.arguments == other.call.arguments,
            call.isDistinct == other.call.isDistinct, call.filter == other.call.filter, call.ignoresNulls == other.call.ignoresNulls
        else { return false }
        let mine = call.frame, its = other.call.frame
        return mine.mode == its.mode && mine.exclusion == its.exclusion && mine.start.isSame(as: its.start) && mine.end.isSame(as: its.end)
    }
}

extension LodePlan.WindowFrame.Bound {
    fileprivate func isSame(as other: Self) -> Bool {
        switch (self, other) {
        case (.unboundedPreceding, .unboundedPreceding), (.currentRow, .currentRow), (.unboundedFollowing, .unboundedFollowing): true
        case (.preceding(let a), .preceding(let b)), (.following(let a), .following(let b)): a == b
        default: false
        }
    }
}
