/// How many different values parts of a column have together.

/// What is known of each part (a row group, a file) is its range and its own count. Parts whose ranges don't meet add up; where
/// ranges meet, parts are samples of the same values: those that repeat their values a lot have seen them all, those that hardly
/// do will bring new ones.
enum DistinctCounts {
    /// A guess, and what is certain.
    struct Combined: Equatable {
        var count: Int
        var bounds: ClosedRange<Int>
    }

    private struct Part {
        /// Half open: `low..<high`.
        var low: Double
        var high: Double
        var rows: Double
        var distinct: Double
    }

    /// - Returns: nil where no part's count is known.
    static func combined(_ statistics: [ColumnStatistics]) -> Combined? {
        let filled = statistics.filter { !$0.isAllNull && $0.rowCount != 0 }
        if filled.count == 1, let count = filled[0].distinctCount {
            return Combined(count: count, bounds: filled[0].distinctBounds ?? count...count)
        }
        guard filled.contains(where: { $0.distinctCount != nil }), let (parts, isDiscrete) = placed(filled) else { return nil }
        let rows = parts.reduce(0) { $0 + $1.rows }, sum = parts.reduce(0) { $0 + $1.distinct }
        var upper = min(rows, sum)
        if isDiscrete, let low = parts.map(\.low).min(), let high = parts.map(\.high).max() { upper = min(upper, high - low) }
        let known = filled.compactMap { $0.distinctBounds?.lowerBound ?? $0.distinctCount }.max() ?? 1
        let lower = min(Double(known), upper)
        let guess = min(max(estimate(parts, isDiscrete), lower), upper)
        let (low, high) = (Int(clamping(lower)), Int(clamping(upper)))
        return Combined(count: min(max(Int(clamping(guess.rounded())), low), high), bounds: low...high)
    }

    private static func clamping(_ number: Double) -> Int64 { Int64(min(max(number, 1), 1e15)) }

    /// The parts on a number line; nil where a range is not known.
    private static func placed(_ statistics: [ColumnStatistics]) -> (parts: [Part], isDiscrete: Bool)? {
        var ends: [(low: Value, high: Value)] = []
        for one in statistics {
            guard let low = one.minimum, let high = one.maximum else { return nil }
            ends.append((low, high))
        }
        let isDiscrete = ends.allSatisfy { $0.low.isDiscrete && $0.high.isDiscrete }
        var places = ends.compactMap { end in end.low.position.flatMap { low in end.high.position.map { (low, $0) } } }
        var unit = 1.0
        if places.count < ends.count {
            // Strings have an order but no distances: their ranks among all ends stand for them.
            guard let ranked = ranks(ends) else { return nil }
            places = ranked
        } else if !isDiscrete, let low = places.map(\.0).min(), let high = places.map(\.1).max(), high > low {
            unit = (high - low) / 1e6
        }
        var parts: [Part] = []
        for (one, place) in zip(statistics, places) {
            guard let rowCount = one.rowCount, place.1 >= place.0 else { return nil }
            let rows = Double(max(rowCount - (one.nullCount ?? 0), 1)), width = place.1 + unit - place.0
            let distinct = one.distinctCount.map(Double.init) ?? (isDiscrete ? min(rows, width) : rows)
            parts.append(Part(low: place.0, high: place.1 + unit, rows: rows, distinct: min(distinct, rows)))
        }
        return (parts, isDiscrete)
    }

    private static func ranks(_ ends: [(low: Value, high: Value)]) -> [(Double, Double)]? {
        let all = ends.flatMap { [$0.low, $0.high] }
        if zip(all, all.dropFirst()).contains(where: { Value.compare($0, $1) == nil }) { return nil }
        let sorted = all.indices.sorted { (Value.compare(all[$0], all[$1]) ?? 0) < 0 }
        var ranks = Array(repeating: 0.0, count: all.count)
        for (place, index) in sorted.enumerated().dropFirst() {
            let before = sorted[place - 1]
            ranks[index] = ranks[before] + (Value.compare(all[before], all[index]) == 0 ? 0 : 1)
        }
        return ends.indices.map { (ranks[2 * $0], ranks[2 * $0 + 1]) }
    }

    /// Sums over the stretches between the ends of ranges; in each, the parts that cover it are samples of equal size.
    private static func estimate(_ parts: [Part], _ isDiscrete: Bool) -> Double {
        var events: [(at: Double, rows: Double, distinct: Double, count: Double)] = []
        for part in parts {
            let rows = part.rows / (part.high - part.low), distinct = part.distinct / (part.high - part.low)
            events.append((part.low, rows, distinct, 1))
            events.append((part.high, -rows, -distinct, -1))
        }
        events.sort { $0.at < $1.at }
        var total = 0.0, rows = 0.0, distinct = 0.0, count = 0.0
        for (event, next) in zip(events, events.dropFirst()) {
            rows += event.rows
            distinct += event.distinct
            count += event.count
            let width = next.at - event.at
            guard width > 0, count > 0.5 else { continue }
            let domain = Sampling.domain(distinct: distinct * width / count, draws: rows * width / count)
            let found = min(Sampling.distinct(domain: domain, draws: rows * width), distinct * width)
            total += isDiscrete ? min(found, width) : found
        }
        return total
    }
}

/// Draws from a set of values, each as likely as the others.
package enum Sampling {
    /// The different values that `draws` values drawn from `domain` have.
    package static func distinct(domain: Double, draws: Double) -> Double {
        if domain.isInfinite { return draws }
        return domain <= 0 ? 0 : domain * (1 - exponential(-draws / domain))
    }

    /// The size of the set that gives `distinct` values in `draws`; infinite where hardly any repeats.
    package static func domain(distinct: Double, draws: Double) -> Double {
        guard distinct > 0, draws > 0 else { return 0 }
        let share = distinct / draws
        if share > 0.98 { return .infinity }
        // Each was drawn many times: there are no others.
        if share < 0.05 { return distinct }
        // (1 - e^-x) / x falls from 1 on, where x is draws a value.
        var low = 0.0, high = 1 / share
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if (1 - exponential(-middle)) / middle > share { low = middle } else { high = middle }
        }
        return draws / high
    }

    /// e to the power of `x`, for x <= 0: near enough, and without a C library.
    package static func exponential(_ x: Double) -> Double {
        if x < -30 { return 0 }
        var result = 1 + x / 1024
        for _ in 0..<10 { result *= result }
        return result
    }
}

extension Value {
    /// The value on a number line, for ranges; nil for what has none.
    package var position: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .decimal(let unscaled, let scale): Decimal128.toDouble(unscaled, scale: scale)
        case .double(let number): number.isFinite ? number : nil
        case .date(let days): Double(days)
        case .time(let micros), .timestamp(let micros): Double(micros)
        case .timestampNanos(let nanos): Double(nanos)
        case .boolean(let flag): flag ? 1 : 0
        default: nil
        }
    }

    /// Whether its neighbours on that line are one apart.
    fileprivate var isDiscrete: Bool {
        switch self {
        case .integer, .date, .boolean: true
        default: false
        }
    }
}
