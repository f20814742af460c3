/// GROUP BY: expressions, positions, aliases, ALL, and the sets that ROLLUP, CUBE and GROUPING SETS stand for.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// As in PostgreSQL.
    private static let maximumSets = 4096

    /// Fills the block's groups and sets.
    /// - Returns: the groups' columns of items that are grouped by their position or alias.
    func bindGroupBy(_ groupBy: GroupBy?, _ list: [SelectListItem], _ scope: Scope) throws(SQLError) -> [Int: PlanColumn] {
        guard let groupBy, let block = scope.block else { return [:] }
        block.isGrouped = true
        guard case .items(let items, let isDistinct) = groupBy else { return [:] }
        var grouping = Grouping(list: list, scope: scope.entering(.groupBy))
        var sets: [[Int]] = [[]]
        var span = scope.block?.select.span ?? SourceSpan(0, 0)
        for item in items {
            let choices = try setsOf(item, block, &grouping, &span)
            guard sets.count * choices.count <= Self.maximumSets else { throw tooManySets(span) }
            sets = sets.flatMap { left in choices.map { right in left + right.filter { !left.contains($0) } } }
        }
        if isDistinct {
            var seen: Set<Set<Int>> = []
            sets = sets.filter { seen.insert(Set($0)).inserted }
        }
        if sets.count != 1 || sets[0].count != block.groups.count {
            block.groupingSets = sets.map { $0.sorted() }
            block.setColumn = PlanColumn(ids.fresh(), "grouping_set", .bigint, nullable: false)
            for index in block.groups.indices { block.groups[index].column.nullable = true }
        }
        var columns: [Int: PlanColumn] = [:]
        for (item, group) in grouping.items { columns[item] = block.groups[group].column }
        return columns
    }

    /// What is needed to tell what a grouping element stands for.
    private struct Grouping {
        var list: [SelectListItem]
        var scope: Scope
        /// Groups by the position of the select item that they were called by.
        var items: [Int: Int] = [:]
    }

    private func tooManySets(_ span: SourceSpan) -> SQLError {
        SQLError(.statementTooComplex, "too many grouping sets present (maximum \(Self.maximumSets))", at: span)
    }

    private func setsOf(
        _ item: GroupItem, _ block: SelectBlock, _ grouping: inout Grouping, _ span: inout SourceSpan
    ) throws(SQLError) -> [[Int]] {
        switch item {
        case .expression(let expression):
            span = expression.span
            return [try groups(expression.rowElements ?? [expression], block, &grouping)]
        case .set(let expressions, let place):
            span = place
            return [try groups(expressions, block, &grouping)]
        case .rollup(let elements, let place):
            span = place
            var parts: [[Int]] = []
            for element in elements { parts.append(try groups(element, block, &grouping)) }
            return (0...parts.count).reversed().map { Self.union(parts.prefix($0)) }
        case .cube(let elements, let place):
            span = place
            guard elements.count <= 12 else { throw tooManySets(place) }
            var parts: [[Int]] = []
            for element in elements { parts.append(try groups(element, block, &grouping)) }
            return (0..<(1 << parts.count)).map { absent in
                Self.union(parts.indices.filter { absent >> (parts.count - 1 - $0) & 1 == 0 }.map { parts[$0] }[...])
            }
        case .groupingSets(let items, let place):
            span = place
            var all: [[Int]] = []
            for item in items {
                all += try setsOf(item, block, &grouping, &span)
                guard all.count <= Self.maximumSets else { throw tooManySets(place) }
            }
            return all
        }
    }

    private static func union(_ parts: ArraySlice<[Int]>) -> [Int] {
        var result: [Int] = []
        for part in parts { for index in part where !result.contains(index) { result.append(index) } }
        return result
    }

    private func groups(_ expressions: [Expression], _ block: SelectBlock, _ grouping: inout Grouping) throws(SQLError) -> [Int] {
        var result: [Int] = []
        for expression in expressions {
            let index = try group(expression, block, &grouping)
            if !result.contains(index) { result.append(index) }
        }
        return result
    }

    /// The group of an expression, a position or an alias.
    private func group(_ expression: Expression, _ block: SelectBlock, _ grouping: inout Grouping) throws(SQLError) -> Int {
        if let item = try itemIndex(expression, grouping) {
            if let known = grouping.items[item] { return known }
            let source = grouping.list[item]
            let index = add(settle(try bindItem(source, grouping.scope)), source.name, block)
            grouping.items[item] = index
            return index
        }
        return add(try bindSettled(expression, grouping.scope), OutputName.of(expression), block)
    }

    private func add(_ expression: BoundExpression, _ name: String, _ block: SelectBlock) -> Int {
        if let known = block.groups.firstIndex(where: { $0.expression == expression }) { return known }
        block.groups.append(.init(PlanColumn(ids.fresh(), name, expression.type), expression))
        return block.groups.count - 1
    }

    /// The select item that a position stands for, or a name that is no column of FROM.
    private func itemIndex(_ expression: Expression, _ grouping: Grouping) throws(SQLError) -> Int? {
        switch expression.kind {
        case .unary(.minus, let inner):
            guard case .literal(.number(let text)) = inner.kind else { return nil }
            guard Int(text) != nil else { break }
            throw SQLError(.invalidColumnReference, "GROUP BY position -\(text) is not in select list", at: expression.span)
        case .literal(.number(let text)):
            guard let position = Int(text) else { break }
            guard position >= 1, position <= grouping.list.count else {
                throw SQLError(
                    .invalidColumnReference, "GROUP BY position \(position) is not in select list", at: expression.span,
                    detail: "The select list has \(grouping.list.count) column\(grouping.list.count == 1 ? "" : "s").")
            }
            return position - 1
        case .name(let name) where name.parts.count == 1:
            return alias(name, grouping)
        case .call(let call) where call.isBareWord: return alias(call.name, grouping)
        case .literal: break
        default: return nil
        }
        throw SQLError(
            .syntaxError, "non-integer constant in GROUP BY", at: expression.span,
            hint: "Name a column, or give the position of a select item.")
    }

    private func alias(_ name: QualifiedName, _ grouping: Grouping) -> Int? {
        guard grouping.scope.from.find(name.last.text).isEmpty, let block = grouping.scope.block else { return nil }
        let folded = name.last.text.lowercased()
        guard block.aliases.contains(where: { $0.name.text.lowercased() == folded }) else { return nil }
        return grouping.list.firstIndex { $0.name.lowercased() == folded }
    }

    /// GROUP BY ALL: groups by every item without aggregates and windows.
    func groupByAll(_ list: [SelectListItem], _ expressions: [BoundExpression], _ block: SelectBlock) throws(SQLError) -> [BoundExpression]
    {
        let computed = block.computedIDs
        var result = expressions
        for (index, expression) in expressions.enumerated() where expression.columns.isDisjoint(with: computed) {
            if expression.isConstant { continue }
            let group = add(expression, list[index].name, block)
            if expression.hasSubquery || expression.isVolatile { result[index] = block.groups[group].column.reference }
        }
        return result
    }

    /// `grouping(a, b)`: a bit an argument, 1 where the row's set lacks it; the last argument is the lowest bit.
    func bindGrouping(_ arguments: [Expression], _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        guard let block = scope.query.block, scope.query.clause.allowsAggregates else {
            throw SQLError(.groupingError, "grouping operations are not allowed in \(scope.query.clause.rawValue)", at: span)
        }
        guard (1...31).contains(arguments.count) else {
            throw SQLError(.syntaxError, "GROUPING must have from 1 to 31 arguments", at: span)
        }
        let mark = uses.count
        defer { uses.removeSubrange(mark...) }
        var positions: [Int] = []
        for argument in arguments {
            let bound = try bindSettled(argument, scope.entering(.groupBy))
            guard let position = block.groups.firstIndex(where: { $0.expression == bound }) else {
                throw SQLError(
                    .groupingError, "arguments to GROUPING must be grouping expressions of the associated query level", at: argument.span)
            }
            positions.append(position)
        }
        guard let sets = block.groupingSets, let setColumn = block.setColumn else { return .constant(.integer(0), .integer) }
        let masks = sets.map { set in positions.reduce(Int64(0)) { $0 << 1 | (set.contains($1) ? 0 : 1) } }
        var branches: [BoundExpression.Branch] = []
        for mask in Set(masks).sorted().dropFirst() {
            let numbers = masks.indices.filter { masks[$0] == mask }.map { BoundExpression.constant(.integer(Int64($0)), .bigint) }
            let condition: BoundExpression =
                numbers.count == 1
                ? .comparison(.equal, setColumn.reference, numbers[0], span) : .isIn(setColumn.reference, numbers)
            branches.append(.init(condition: condition, result: .constant(.integer(mask), .integer)))
        }
        let otherwise = BoundExpression.constant(.integer(masks.min() ?? 0), .integer)
        return branches.isEmpty ? otherwise : .conditional(branches, otherwise: otherwise, .integer)
    }
}
