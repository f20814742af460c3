/// `x IN (…)` with a list of constants.

import LodeCore
import LodeVectors

final class InListExpression: CompiledExpression {
    let operand: any CompiledExpression
    let set: ValueSet

    init(_ operand: any CompiledExpression, _ set: ValueSet) {
        self.operand = operand
        self.set = set
    }

    var type: SQLType { .boolean }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        try set.contains(try operand.evaluate(chunk), chunk.count)
    }
}
