/// The values of an IN list in their order, so that bounds are compared with them by halving.

/// Values without NULL, each once, ascending by `Value.compare`. Where the values are of several kinds there is no order, and
/// nothing is ruled out.
package struct AscendingValues: Hashable, Sendable, ExpressibleByArrayLiteral {
    package let values: [Value]
    private let isOrdered: Bool

    package init(_ values: some Sequence<Value>) {
        let present = values.filter { !$0.isNull }
        isOrdered = present.dropFirst().allSatisfy { Value.compare(present[0], $0) != nil }
        guard isOrdered else {
            self.values = present
            return
        }
        var ordered: [Value] = []
        for value in present.sorted(by: { (Value.compare($0, $1) ?? 0) < 0 })
        where ordered.last.map({ Value.compare($0, value) != 0 }) ?? true {
            ordered.append(value)
        }
        self.values = ordered
    }

    package init(arrayLiteral elements: Value...) { self.init(elements) }

    /// The values that may lie between two bounds, either of which may be unknown.
    ///
    /// NaN is above all numbers, but no bound tells whether there is one: it always stays in.
    package func between(_ low: Value?, _ high: Value?) -> ArraySlice<Value> {
        guard isOrdered, let last = values.last else { return values[...] }
        var start = 0, end = values.count
        if let low, !Self.isNaN(low), Value.compare(low, last) != nil { start = firstIndex { (Value.compare($0, low) ?? 0) >= 0 } }
        if let high, !Self.isNaN(high), !Self.isNaN(last), Value.compare(high, last) != nil {
            end = firstIndex { (Value.compare($0, high) ?? 0) > 0 }
        }
        if Self.isNaN(last) { start = min(start, values.count - 1) }
        return start < end ? values[start..<end] : []
    }

    private static func isNaN(_ value: Value) -> Bool {
        if case .double(let number) = value { number.isNaN } else { false }
    }

    /// Where the first value is that fulfils a condition which all behind it fulfil too.
    private func firstIndex(_ isBehind: (Value) -> Bool) -> Int {
        var low = 0, high = values.count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(values[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
