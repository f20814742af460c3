/// `approx_count_distinct`: how many different values, about; and the sketches from which that is told.

import LodeCore
import LodeVectors

extension AggregateFunction {
    static let approximate: [AggregateFunction] = [
        AggregateFunction(
            "approx_count_distinct", aliases: ["approx_distinct"], "About how many different values; the error is 1.6 % as a rule.",
            source: "Flajolet et al., \"HyperLogLog\", 2007",
            examples: [("approx_count_distinct(x) FROM (VALUES (1), (2), (2)) t(x)", "2")],
            ignoresDuplicates: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in
                DistinctSketch.bound(types[0], .bigint) { sketch, column, row in
                    sketch.add(LaneHash.hash(column, row))
                } result: {
                    .integer($0?.estimate ?? 0)
                }
            }),
        AggregateFunction(
            "hyperloglog_sketch", "A HyperLogLog sketch of the values, in the form in which Trino's statistics of Delta tables keep them.",
            source: "Airlift, \"HyperLogLog\"",
            examples: [("length(hyperloglog_sketch(x)) FROM (VALUES (1), (2), (2)) t(x)", "12")], ignoresDuplicates: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in
                guard types[0].hasSingleBytes else { throw .noFunction("hyperloglog_sketch", types) }
                return DistinctSketch.bound(types[0], .varbinary) { sketch, column, row in
                    sketch.add(SingleValueBytes.trinoHash(column, row))
                } result: {
                    .bytes($0?.bytes ?? HyperLogLog().bytes)
                }
            }),
        AggregateFunction(
            "theta_sketch", "A compact theta sketch of the values, in the form in which Iceberg's statistics keep them.",
            source: "Apache DataSketches; Puffin spec, \"apache-datasketches-theta-v1 blob type\"",
            examples: [("length(theta_sketch(x)) FROM (VALUES (1), (2), (2)) t(x)", "32")], ignoresDuplicates: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in
                guard types[0].hasSingleBytes else { throw .noFunction("theta_sketch", types) }
                return .boxed([types[0]], .varbinary, make: { ThetaBox() }) { box, arguments, row, _ throws(SQLError) in
                    if !arguments[0].isNull(row) { SingleValueBytes.with(arguments[0], row) { box.sketch.add($0) } }
                } merge: { source, target throws(SQLError) in
                    target.sketch.merge(source.sketch)
                } result: { box throws(SQLError) in
                    .bytes(box?.sketch.bytes ?? ThetaSketch().bytes)
                }
            }),
    ]
}

private final class ThetaBox: StateBox {
    var sketch = ThetaSketch()
    var byteCount: Int { sketch.byteCount }
}

final class DistinctSketch: StateBox {
    var sketch = HyperLogLog()
    var byteCount: Int { sketch.byteCount }

    static func bound(
        _ type: SQLType, _ returns: SQLType, add: @escaping @Sendable (inout HyperLogLog, Column, Int) -> Void,
        result: @escaping @Sendable (HyperLogLog?) -> Value
    ) -> BoundAggregate {
        .boxed([type], returns, make: { DistinctSketch() }) { box, arguments, row, _ throws(SQLError) in
            if !arguments[0].isNull(row) { add(&box.sketch, arguments[0], row) }
        } merge: { source, target throws(SQLError) in
            target.sketch.merge(source.sketch)
        } result: { box throws(SQLError) in
            result(box?.sketch)
        }
    }
}
