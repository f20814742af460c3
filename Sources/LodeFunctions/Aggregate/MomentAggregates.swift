/// Variance, deviation, covariance, correlation and regression.

import LodeCore
import LodeVectors

extension AggregateFunction {
    static let moments: [AggregateFunction] = [
        moment("stddev", aliases: ["stddev_samp"], "The sample standard deviation.", "1.4142135623730951") {
            $0.count > 1 ? ($0.squares / ($0.count - 1)).squareRoot() : nil
        },
        moment("stddev_pop", "The standard deviation of the population.", "1") {
            $0.count > 0 ? ($0.squares / $0.count).squareRoot() : nil
        },
        moment("variance", aliases: ["var_samp"], "The sample variance.", "2") { $0.count > 1 ? $0.squares / ($0.count - 1) : nil },
        moment("var_pop", "The variance of the population.", "1") { $0.count > 0 ? $0.squares / $0.count : nil },
        pairs("covar_pop", "The covariance of the population.", "1") { $0.count > 0 ? $0.products / $0.count : nil },
        pairs("covar_samp", "The sample covariance.", "2") { $0.count > 1 ? $0.products / ($0.count - 1) : nil },
        pairs("corr", "The correlation coefficient.", "1") {
            let spread = ($0.ySquares * $0.xSquares).squareRoot()
            return $0.count > 0 && spread > 0 ? $0.products / spread : nil
        },
        pairs("regr_count", "The pairs without NULL, as a double.", "2") { $0.count },
        pairs("regr_avgx", "The mean of the second argument.", "2") { $0.count > 0 ? $0.xMean : nil },
        pairs("regr_avgy", "The mean of the first argument.", "2") { $0.count > 0 ? $0.yMean : nil },
        pairs("regr_slope", "The slope of the least-squares line.", "1") {
            $0.count > 0 && $0.xSquares > 0 ? $0.products / $0.xSquares : nil
        },
        pairs("regr_intercept", "Where the least-squares line meets the first argument's axis.", "0") {
            $0.count > 0 && $0.xSquares > 0 ? $0.yMean - $0.products / $0.xSquares * $0.xMean : nil
        },
        pairs("regr_r2", "The square of the correlation coefficient.", "1") {
            guard $0.count > 0, $0.xSquares > 0 else { return nil }
            return $0.ySquares == 0 ? 1 : $0.products * $0.products / ($0.xSquares * $0.ySquares)
        },
    ]

    private static func moment(
        _ name: String, aliases: [String] = [], _ summary: String, _ example: String, _ value: @escaping @Sendable (Moments) -> Double?
    ) -> AggregateFunction {
        AggregateFunction(
            name, aliases: aliases, summary, source: "PostgreSQL 17, table 9.62",
            examples: [("\(name)(x) FROM (VALUES (1), (3)) t(x)", example)], ignoresNulls: true,
            AggregateOverload(Signature([.double])) { (_) throws(SQLError) in
                .lanes(MomentState.self, [.double], .double) { rows, offset, count throws(SQLError) in
                    try AggregateResult.make(.double, 0.0, rows, offset, count) { (state) throws(SQLError) -> Double? in
                        let moments = state.load(as: Moments.self)
                        if moments.count.isNaN { throw .floatOverflow }
                        return value(moments)
                    }
                }
            })
    }

    private static func pairs(
        _ name: String, _ summary: String, _ example: String, _ value: @escaping @Sendable (PairMoments) -> Double?
    ) -> AggregateFunction {
        AggregateFunction(
            name, summary, source: "PostgreSQL 17, table 9.62",
            examples: [("\(name)(y, x) FROM (VALUES (1, 1), (3, 3)) t(y, x)", example)],
            AggregateOverload(Signature([.double, .double])) { (_) throws(SQLError) in PairMoments.bound(value) })
    }
}

/// Count, mean and the sum of squared differences from it. A count of NaN says that finite numbers made infinite moments.
/// - Source: Welford 1962; merged as in Chan, Golub, LeVeque 1979.
struct Moments: BitwiseCopyable, Sendable {
    var count = 0.0, mean = 0.0, squares = 0.0

    @inline(__always)
    mutating func add(_ value: Double) {
        count += 1
        let delta = value - mean, before = squares
        mean += delta / count
        squares += delta * (value - mean)
        if !squares.isFinite, before.isFinite, value.isFinite { count = .nan }
    }

    mutating func merge(_ other: Moments) {
        if other.count == 0 { return }
        let before = squares
        defer { if !squares.isFinite, before.isFinite, other.squares.isFinite { count = .nan } }
        let total = count + other.count, delta = other.mean - mean
        squares += other.squares + delta * delta * count * other.count / total
        mean += delta * other.count / total
        count = total
    }
}

enum MomentState: LaneState {
    static var stateBytes: Int { MemoryLayout<Moments>.size }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Double) { state.assumingMemoryBound(to: Moments.self).pointee.add(lane) }

    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        target.assumingMemoryBound(to: Moments.self).pointee.merge(source.load(as: Moments.self))
    }
}

/// The moments of pairs (y, x). A count of NaN says that finite numbers made infinite moments.
struct PairMoments: BitwiseCopyable, Sendable {
    var count = 0.0, yMean = 0.0, xMean = 0.0, ySquares = 0.0, xSquares = 0.0, products = 0.0

    mutating func add(_ y: Double, _ x: Double) {
        let wasFinite = isFinite
        count += 1
        let dy = y - yMean, dx = x - xMean
        yMean += dy / count
        xMean += dx / count
        ySquares += dy * (y - yMean)
        xSquares += dx * (x - xMean)
        products += dx * (y - yMean)
        if !isFinite, wasFinite, y.isFinite, x.isFinite { count = .nan }
    }

    private var isFinite: Bool { (ySquares + xSquares).isFinite && products.isFinite }

    mutating func merge(_ other: PairMoments) {
        if other.count == 0 { return }
        let wereFinite = isFinite && other.isFinite
        defer { if !isFinite, wereFinite { count = .nan } }
        let total = count + other.count, dy = other.yMean - yMean, dx = other.xMean - xMean
        let weight = count * other.count / total
        ySquares += other.ySquares + dy * dy * weight
        xSquares += other.xSquares + dx * dx * weight
        products += other.products + dy * dx * weight
        yMean += dy * other.count / total
        xMean += dx * other.count / total
        count = total
    }

    static func bound(_ value: @escaping @Sendable (PairMoments) -> Double?) -> BoundAggregate {
        @Sendable func each(_ arguments: [Column], _ count: Int, _ body: (Int, Double, Double) -> Void) throws(SQLError) {
            if arguments[0].isAllNull || arguments[1].isAllNull { return }
            let ys = try arguments[0].flattened(), xs = try arguments[1].flattened()
            let y = ys.lanes(as: Double.self), x = xs.lanes(as: Double.self)
            for row in 0..<count where Validity.isValid(ys.mask, row) && Validity.isValid(xs.mask, row) {
                body(row, y[row], x[row])
            }
        }
        return BoundAggregate(
            parameters: [.double, .double], returns: .double, stateBytes: MemoryLayout<PairMoments>.size,
            update: { rows, offset, arguments, count throws(SQLError) in
                try each(arguments, count) { (rows[$0] + offset).assumingMemoryBound(to: PairMoments.self).pointee.add($1, $2) }
            },
            updateSingle: { state, arguments, count throws(SQLError) in
                let moments = state.assumingMemoryBound(to: PairMoments.self)
                try each(arguments, count) { moments.pointee.add($1, $2) }
            },
            combine: { sources, targets, offset, count throws(SQLError) in
                for index in 0..<count {
                    (targets[index] + offset).assumingMemoryBound(to: PairMoments.self).pointee.merge(
                        (sources[index] + offset).load(as: PairMoments.self))
                }
            },
            finalize: { rows, offset, count throws(SQLError) in
                try AggregateResult.make(.double, 0.0, rows, offset, count) { (state) throws(SQLError) -> Double? in
                    let moments = state.load(as: PairMoments.self)
                    if moments.count.isNaN { throw .floatOverflow }
                    return value(moments)
                }
            })
    }
}
