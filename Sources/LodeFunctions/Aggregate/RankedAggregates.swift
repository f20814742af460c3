/// `min_by` and `max_by`: the value of one column where another is least or greatest.

import LodeCore
import LodeVectors

extension AggregateFunction {
    static let ranked: [AggregateFunction] = [
        AggregateFunction(
            "min_by", aliases: ["arg_min", "argmin"],
            "The first argument in the row where the second is least; of several such rows, in the first.",
            source: "Trino, Aggregate functions", examples: [("min_by(x, y) FROM (VALUES ('a', 2), ('b', 1)) t(x, y)", "b")],
            isOrderSensitive: true,
            AggregateOverload(Signature([.any, .any])) { (types) throws(SQLError) in RankedAggregate.bound(types, sign: -1) }),
        AggregateFunction(
            "max_by", aliases: ["arg_max", "argmax"],
            "The first argument in the row where the second is greatest; of several such rows, in the first.",
            source: "Trino, Aggregate functions", examples: [("max_by(x, y) FROM (VALUES ('a', 2), ('b', 1)) t(x, y)", "a")],
            isOrderSensitive: true,
            AggregateOverload(Signature([.any, .any])) { (types) throws(SQLError) in RankedAggregate.bound(types, sign: 1) }),
    ]
}

enum RankedAggregate {
    final class Kept: StateBox {
        var value = Value.null { didSet { contents = value.ownedBytes } }
        private var contents = 0
        private static let columnBytes = 512
        var byteCount: Int { 96 + contents + (key == nil ? 0 : Self.columnBytes) }
        /// The best key so far, as a column of one row, so that most rows are compared without making a `Value`.
        var key: Column?
        /// The batch of its row.
        var batch = Batch.none

        /// Whether a row that comes behind the others of its batch replaces the one that is kept.
        func gives(wayTo key: Column, _ row: Int, _ batch: Int64, sign: Int) -> Bool {
            guard let kept = self.key else { return true }
            let order = RowOrder.compare(key, row, kept, 0) * sign
            return order > 0 || (order == 0 && batch < self.batch)
        }
    }

    static func bound(_ types: [SQLType], sign: Int) -> BoundAggregate {
        .boxed(types, types[0], takesBatch: true, make: { Kept() }) { box, arguments, row, batch throws(SQLError) in
            guard !arguments[1].isNull(row), box.gives(wayTo: arguments[1], row, batch, sign: sign) else { return }
            box.batch = batch
            box.key = try .make(types[1], [arguments[1].value(at: row)])
            box.value = arguments[0].value(at: row)
        } merge: { source, target throws(SQLError) in
            guard let key = source.key, target.gives(wayTo: key, 0, source.batch, sign: sign) else { return }
            target.batch = source.batch
            target.key = key
            target.value = source.value
        } result: { box throws(SQLError) in
            box?.value ?? .null
        }
    }
}
