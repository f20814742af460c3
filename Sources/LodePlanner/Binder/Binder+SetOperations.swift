/// UNION, INTERSECT and EXCEPT.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    /// The rows of `operands`, which are those of `operation` or some of them.
    func bindSetOperation(_ operation: SetOperation, operands: [QueryBody], in scope: Scope) throws(SQLError) -> BoundQuery {
        var inputs: [BoundQuery] = []
        for operand in operands { inputs.append(try bindBody(operand, in: scope, keepUntyped: true)) }
        if operation.isByName {
            guard operation.operator == .union else { throw .unsupported("\(operation.operator.rawValue) BY NAME", at: operation.span) }
            inputs = try aligned(inputs, operation.span)
        }
        let word = operation.operator.rawValue, width = inputs[0].names.count
        for (input, operand) in zip(inputs, operands) where input.names.count != width {
            throw SQLError(
                .syntaxError, "each \(word) query must have the same number of columns", at: operand.span,
                detail: "The first has \(width), this one has \(input.names.count).")
        }
        var types: [SQLType] = []
        for position in 0..<width {
            let outputs = inputs.map { Self.output($0.plan, position) }
            guard var type = Self.commonType(of: outputs) else {
                let other = inputs.indices.first { Self.commonType(of: [outputs[0], outputs[$0]]) == nil } ?? 0
                throw SQLError(
                    .datatypeMismatch, "\(word) types \(outputs[0].type) and \(outputs[other].type) cannot be matched",
                    at: operands[other].span, detail: "It is column \(position + 1), \"\(inputs[0].names[position])\".",
                    hint: "Cast one of them to the type of the other.")
            }
            // A name stays a name beside texts.
            if case .catalog(.name) = outputs[0].type, type == .varchar { type = outputs[0].type }
            types.append(type)
        }
        var plans: [LogicalPlan] = []
        for (input, operand) in zip(inputs, operands) {
            do throws(SQLError) {
                plans.append(try retype(input.plan, to: types) { position, from in
                    SQLError(.datatypeMismatch, "\(word) types \(types[position]) and \(from) cannot be matched")
                })
            } catch {
                throw error.at(operand.span)
            }
        }
        return combine(operation, plans, inputs[0].names, types)
    }

    private func combine(_ operation: SetOperation, _ plans: [LogicalPlan], _ names: [String], _ types: [SQLType]) -> BoundQuery {
        func columns(_ inputs: [LogicalPlan]) -> [PlanColumn] {
            names.indices.map { index in
                PlanColumn(ids.fresh(), names[index], types[index], nullable: inputs.contains { $0.columns[index].nullable })
            }
        }
        func node(_ kind: SetOperationNode.Kind, _ inputs: [LogicalPlan]) -> LogicalPlan {
            .setOperation(SetOperationNode(kind: kind, inputs: inputs, columns: columns(inputs)))
        }
        let kind: SetOperationNode.Kind = switch operation.operator {
        case .union: operation.isAll ? .unionAll : .union
        case .intersect: operation.isAll ? .intersectAll : .intersect
        case .except: operation.isAll ? .exceptAll : .except
        }
        if operation.operator == .union { return BoundQuery(plan: node(kind, plans), names: names) }
        var result = plans[0]
        for plan in plans.dropFirst() { result = node(kind, [result, plan]) }
        return BoundQuery(plan: result, names: names)
    }

    /// What a column is: the literal behind it, if it has no type yet.
    private static func output(_ plan: LogicalPlan, _ position: Int) -> BoundExpression {
        if case .project(let node) = plan, node.items[position].expression.isConstant { return node.items[position].expression }
        return plan.columns[position].reference
    }

    /// The plan with columns of the given types. Literals of its select list take the type themselves.
    /// - Parameter refuse: the error for a column of a type that does not convert.
    func retype(
        _ plan: LogicalPlan, to types: [SQLType], refuse: (_ position: Int, _ from: SQLType) -> SQLError
    ) throws(SQLError) -> LogicalPlan {
        let columns = plan.columns
        if columns.map(\.type) == types { return plan }
        let project: ProjectNode
        if case .project(let node) = plan {
            project = node
        } else {
            project = ProjectNode(input: plan, items: columns.map { .init($0, $0.reference) })
        }
        var items: [ProjectNode.Item] = []
        for (position, item) in project.items.enumerated() {
            let from = item.expression.type, type = types[position]
            if from == type {
                items.append(item)
                continue
            }
            let isLiteral = item.expression.isConstant
            guard isLiteral || item.expression.isUntyped || Casts.commonType(type, from) == type.base else { throw refuse(position, from) }
            let converted = try convert(item.expression, to: type, at: nil)
            items.append(.init(PlanColumn(ids.fresh(), item.column.name, type, nullable: item.column.nullable), converted))
        }
        return .project(ProjectNode(input: project.input, items: items))
    }

    /// UNION BY NAME: every input gets the columns of all, in the order in which they first occur; what it lacks is NULL.
    private func aligned(_ inputs: [BoundQuery], _ span: SourceSpan) throws(SQLError) -> [BoundQuery] {
        var names: [String] = []
        for input in inputs {
            for (index, name) in input.names.enumerated() {
                let folded = name.lowercased()
                if input.names[..<index].contains(where: { $0.lowercased() == folded }) {
                    throw SQLError(.ambiguousColumn, "UNION BY NAME: column \"\(name)\" occurs twice in one query", at: span)
                }
                if !names.contains(where: { $0.lowercased() == folded }) { names.append(name) }
            }
        }
        return inputs.map { input in
            // A select list is rewritten in place, so that its untyped literals still take a type.
            var source = input.plan
            var outputs = source.columns.map { ProjectNode.Item($0, $0.reference) }
            if case .project(let node) = source { (source, outputs) = (node.input, node.items) }
            let items = names.map { name -> ProjectNode.Item in
                let index = input.names.firstIndex { $0.lowercased() == name.lowercased() }
                return index.map { outputs[$0] } ?? .init(PlanColumn(ids.fresh(), name, .null), .constant(.null, .null))
            }
            return BoundQuery(plan: .project(ProjectNode(input: source, items: items)), names: names)
        }
    }
}

extension QueryBody {
    var span: SourceSpan {
        switch self {
        case .select(let select): select.span
        case .setOperation(let operation): operation.span
        case .values(let values): values.span
        case .table(let reference): reference.span
        case .query(let query): query.span
        }
    }
}
