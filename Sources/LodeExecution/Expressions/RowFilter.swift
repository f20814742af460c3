/// A conjunction as a filter: each part narrows the rows that the parts before left.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

/// Finds the rows of a chunk for which all parts are true, without making a boolean column where a comparison decides.
///
/// As long as most rows survive, a part is tested against whole columns; after that, the columns that it reads are gathered
/// first. A part that can fail sees only rows that survived the parts before it.
package final class RowFilter: Sendable {
    private enum Test: Sendable {
        case comparison(
            left: any CompiledExpression, right: any CompiledExpression, select: ComparisonSelect.Kernel,
            refine: ComparisonSelect.Kernel)
        case boolean(any CompiledExpression)
    }

    private struct Part: Sendable {
        let test: Test
        /// The same test over the gathered columns at `positions`.
        let positions: [Int]
        let narrowed: Test
        let canFail: Bool
    }

    private let parts: [Part]

    package init(_ predicate: BoundExpression, columns: [PlanColumn], functions: FunctionContext) throws(SQLError) {
        let compiler = ExpressionCompiler(columns: columns, functions: functions)
        var parts: [Part] = []
        for conjunct in predicate.conjuncts {
            let used = conjunct.columns
            let positions = columns.indices.filter { used.contains(columns[$0].id) }
            let narrow = ExpressionCompiler(columns: positions.map { columns[$0] }, functions: functions)
            parts.append(
                Part(
                    test: try Self.test(conjunct, compiler), positions: positions, narrowed: try Self.test(conjunct, narrow),
                    canFail: conjunct.canFail))
        }
        self.parts = parts
    }

    private static func test(_ conjunct: BoundExpression, _ compiler: ExpressionCompiler) throws(SQLError) -> Test {
        guard case .comparison(let comparison, let left, let right, _) = conjunct else {
            return .boolean(try compiler.compile(conjunct))
        }
        let meaning = comparison
        return .comparison(
            left: try compiler.compile(left), right: try compiler.compile(right),
            select: ComparisonSelect.kernel(meaning, left.type), refine: ComparisonSelect.refinement(meaning, left.type))
    }

    /// The rows that pass, ascending; nil if all do.
    package func select(_ chunk: Chunk) throws(SQLError) -> Selection? {
        let survivors = try Selection(capacity: chunk.count)
        guard try select(chunk, into: survivors) else { return nil }
        return survivors.count == chunk.count ? nil : survivors
    }

    /// Makes `survivors` the rows that pass.
    /// - Returns: false, with `survivors` unspecified, if there is no part at all.
    private func select(_ chunk: Chunk, into survivors: Selection) throws(SQLError) -> Bool {
        for (index, part) in parts.enumerated() {
            if index == 0 {
                try Self.start(part.test, chunk, survivors)
            } else if survivors.count == 0 {
                return true
            } else if survivors.count * 4 < chunk.count || (part.canFail && survivors.count < chunk.count) {
                try narrow(part, chunk, survivors)
            } else {
                try Self.refine(part.test, chunk, survivors)
            }
        }
        return !parts.isEmpty
    }

    /// As `select`, over columns that need not come in a chunk.
    package func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
        let chunk = Chunk(columns: columns, count: count)
        if try !select(chunk, into: survivors) {
            survivors.takeAll(count)
        }
    }

    private static func start(_ test: Test, _ chunk: Chunk, _ survivors: Selection) throws(SQLError) {
        switch test {
        case .comparison(let left, let right, let select, _):
            try select(try left.evaluate(chunk), try right.evaluate(chunk), chunk.count, survivors)
        case .boolean(let condition):
            try ComparisonSelect.isTrue(try condition.evaluate(chunk), chunk.count, survivors)
        }
    }

    private static func refine(_ test: Test, _ chunk: Chunk, _ survivors: Selection) throws(SQLError) {
        switch test {
        case .comparison(let left, let right, _, let refine):
            try refine(try left.evaluate(chunk), try right.evaluate(chunk), chunk.count, survivors)
        case .boolean(let condition):
            try ComparisonSelect.keepTrue(try condition.evaluate(chunk), chunk.count, survivors)
        }
    }

    private func narrow(_ part: Part, _ chunk: Chunk, _ survivors: Selection) throws(SQLError) {
        var columns: [Column] = []
        for position in part.positions { columns.append(try chunk.columns[position].gather(survivors)) }
        let kept = try Selection(capacity: survivors.count)
        try Self.start(part.narrowed, Chunk(columns: columns, count: survivors.count), kept)
        let rows = survivors.lanes, places = kept.lanes
        var i = 0
        while i < kept.count {
            rows[i] = rows[Int(places[i])]
            i &+= 1
        }
        survivors.count = kept.count
    }
}
