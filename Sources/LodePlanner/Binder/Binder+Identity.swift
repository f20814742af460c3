/// Identity columns: the values that rows get which bring none.

import LodeCore
import LodePlan
import LodeSyntax
import LodeTables

extension Binder {
    /// The values of identity columns for each row of a plan, and the plan with the numbers of its rows that they are computed from. Rows
    /// that don't take theirs leave gaps.
    func counting(
        _ positions: Set<Int>, _ target: InsertTarget, over plan: LogicalPlan
    ) throws(SQLError) -> (plan: LogicalPlan, values: [Int: BoundExpression]) {
        if positions.isEmpty { return (plan, [:]) }
        let number = PlanColumn(ids.fresh(), "row_number", .bigint, nullable: false)
        let call = WindowCall(
            column: number, name: "row_number", function: .window(.ranking(.rowNumber)), arguments: [], frame: .standard)
        let numbered = LogicalPlan.window(WindowNode(input: plan, partition: [], order: [], calls: [call]))
        var values: [Int: BoundExpression] = [:]
        for position in positions.sorted() {
            guard let identity = target.identities[position], let before = identity.before else {
                throw SQLError(
                    .numericValueOutOfRange, "column \"\(target.schema.fields[position].name)\" has given all of its values")
            }
            let text = "CAST('\(before)' AS bigint) + CAST('\(identity.step)' AS bigint) * row_number"
            values[position] = try bindScalar(try Parser.parseExpression(text), over: [number])
            countedColumns.insert(position)
        }
        return (numbered, values)
    }

    /// The columns of a new row that are counted where a statement does not give their values.
    func counted(_ target: InsertTarget, given: some Sequence<Int>) -> Set<Int> {
        Set(target.identities.keys).subtracting(given)
    }
}
