/// maintenance.gram -> AST.
import LodeCore

extension Transform {
    /// Nil if it is a statement of another kind.
    func maintenanceStatement(_ edge: Edge) throws(SQLError) -> MaintenanceStatement? {
        switch rule(edge) {
        case .optimize: .optimize(try optimize(edge))
        case .vacuum: .vacuum(try vacuum(edge))
        case .restore: .restore(try restore(edge))
        case .convert: .convert(try convert(edge))
        case .undrop: .undrop(try qualifiedName(edge, .tableName))
        case .executeProcedure: .execute(try executeProcedure(edge))
        default: nil
        }
    }

    func optimize(_ edge: Edge) throws(SQLError) -> Optimize {
        Optimize(
            table: try qualifiedName(edge, .tableName), where: try optionalExpression(content(edge, .where)),
            order: try fileOrder(edge), isFull: has(edge, .full))
    }

    private func fileOrder(_ edge: Edge) throws(SQLError) -> Optimize.Order {
        if let order = find(edge, .fileOrder) {
            let items = try orderItems(order)
            // `ORDER BY (a, b)` is two keys, as it is with ZORDER.
            guard items.count == 1, let item = items.first, case .row(let parts) = item.expression.kind else { return .sorted(items) }
            return .sorted(
                parts.map { OrderItem(expression: $0, isDescending: item.isDescending, nullsFirst: item.nullsFirst) })
        }
        for (rule, make) in [(Rule.zorderBy, Optimize.Order.zorder), (.hilbertBy, Optimize.Order.hilbert)] {
            if let order = find(edge, rule) { return make(try identifiers(try kid(order, 0))) }
        }
        return .none
    }

    func restore(_ edge: Edge) throws(SQLError) -> Restore {
        guard let time = find(edge, .timeTravel) else { throw mismatch(edge) }
        return Restore(table: try qualifiedName(edge, .tableName), time: try timeTravel(time))
    }

    func convert(_ edge: Edge) throws(SQLError) -> Convert {
        guard let format = try identifiers(edge).first else { throw mismatch(edge) }
        let source: Convert.Source
        if let name = find(edge, .tableName) {
            source = .name(try qualifiedName(name))
        } else {
            let text = try kid(edge, 1)
            source = .folder(try string(text), span(text))
        }
        var fields: [PartitionField] = []
        if let list = find(edge, .partitionedBy) {
            fields = try each(kids(list).filter { !$0.isToken }) { (field) throws(SQLError) in try partitionField(field) }
        }
        return Convert(format: format, source: source, collectsStatistics: !has(edge, .no), partitionedBy: fields)
    }

    func executeProcedure(_ edge: Edge) throws(SQLError) -> ExecuteProcedure {
        let called = try kid(edge, 1)
        let call =
            rule(called) == .tableCall
            ? try tableCall(called) : FunctionCall(name: QualifiedName([try identifier(called)]), arguments: [])
        return ExecuteProcedure(
            table: try qualifiedName(edge, .tableName), call: call, where: try optionalExpression(content(edge, .where)))
    }

    func vacuum(_ edge: Edge) throws(SQLError) -> Vacuum {
        var retention: Int64?
        if let part = find(edge, .vacuumRetention) {
            let count = Int64(try integer(try kid(part, 0))), unit = Vacuum.hour * (has(part, .days) ? 24 : 1)
            let (micros, overflow) = count.multipliedReportingOverflow(by: unit)
            retention = overflow ? .max : micros
        }
        return Vacuum(
            table: try find(edge, .tableName).map { (name) throws(SQLError) in try qualifiedName(name) }, retention: retention,
            isDryRun: has(edge, .dry))
    }
}
