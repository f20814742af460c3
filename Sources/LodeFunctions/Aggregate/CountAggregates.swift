/// Counting rows.

import LodeCore
import LodeVectors

extension AggregateFunction {
    static let counts: [AggregateFunction] = [
        AggregateFunction(
            "count", "Rows, or rows in which the argument is not NULL.", source: "PostgreSQL 17, 9.21",
            examples: [("count(*) FROM (VALUES (1), (NULL)) t(x)", "2"), ("count(x) FROM (VALUES (1), (NULL)) t(x)", "1")],
            ignoresNulls: true,
            AggregateOverload(Signature([])) { (_) throws(SQLError) in CountAggregate.rows },
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in CountAggregate.values(types) }),
        AggregateFunction(
            "count_if", aliases: ["countif"], "Rows in which the condition is true.", source: "Trino, Aggregate functions",
            examples: [("count_if(x > 1) FROM (VALUES (1), (2), (3)) t(x)", "2")], ignoresNulls: true,
            AggregateOverload(Signature([.boolean])) { (_) throws(SQLError) in
                .lanes(CountIfState.self, [.boolean], .bigint, finalize: CountAggregate.finalize)
            }),
    ]
}

enum CountAggregate {
    @Sendable static func finalize(_ rows: StateRows, _ offset: Int, _ count: Int) throws(SQLError) -> Column {
        let result = try LaneResult<Int64>(count)
        var i = 0
        while i < count {
            result.lanes[i] = (rows[i] + offset).load(as: Int64.self)
            i &+= 1
        }
        return result.column(.bigint)
    }

    @Sendable static func combine(_ sources: StateRows, _ targets: StateRows, _ offset: Int, _ count: Int) throws(SQLError) {
        var i = 0
        while i < count {
            add(targets[i] + offset, (sources[i] + offset).load(as: Int64.self))
            i &+= 1
        }
    }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ number: Int64) {
        state.assumingMemoryBound(to: Int64.self).pointee &+= number
    }

    @inline(__always)
    private static func addOne(_ rows: StateRows, _ offset: Int, _ count: Int) {
        var i = 0
        while i < count {
            add(rows[i] + offset, 1)
            i &+= 1
        }
    }

    static let rows = BoundAggregate(
        parameters: [], returns: .bigint, stateBytes: 8,
        update: { rows, offset, _, count throws(SQLError) in addOne(rows, offset, count) },
        updateSingle: { state, _, count throws(SQLError) in add(state, Int64(count)) }, combine: combine, finalize: finalize)

    static func values(_ types: [SQLType]) -> BoundAggregate {
        BoundAggregate(
            parameters: types, returns: .bigint, stateBytes: 8,
            update: { rows, offset, arguments, count throws(SQLError) in
                let column = arguments[0]
                if column.isAllNull || column.type == .null { return }
                guard column.layout != .constant, let validity = column.mask else { return addOne(rows, offset, count) }
                var i = 0
                while i < count {
                    add(rows[i] + offset, Validity.isValid(validity, i) ? 1 : 0)
                    i &+= 1
                }
            },
            updateSingle: { state, arguments, count throws(SQLError) in
                let column = arguments[0]
                if column.isAllNull || column.type == .null { return }
                let nulls = column.layout == .constant ? 0 : Validity.nullCount(column.mask, count)
                add(state, Int64(count - nulls))
            }, combine: combine, finalize: finalize)
    }
}

enum CountIfState: LaneState {
    static var stateBytes: Int { 8 }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: UInt8) { CountAggregate.add(state, Int64(lane & 1)) }

    @inline(__always)
    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        CountAggregate.add(target, source.load(as: Int64.self))
    }
}
