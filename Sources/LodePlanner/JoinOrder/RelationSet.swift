/// Sets of the relations of a join region.

/// Relations by their numbers from 0, as many as there are. The first 64 need no allocation.
struct RelationSet: Hashable, Sendable {
    private var low: UInt64 = 0
    /// The bits from 64 on; its last word is never zero.
    private var high: [UInt64] = []

    init() {}

    init(_ relation: Int) { insert(relation) }

    mutating func insert(_ relation: Int) {
        if relation < 64 {
            low |= 1 << UInt64(relation)
            return
        }
        let word = relation / 64 - 1
        while high.count <= word { high.append(0) }
        high[word] |= 1 << UInt64(relation % 64)
    }

    func contains(_ relation: Int) -> Bool {
        if relation < 64 { return low & 1 << UInt64(relation) != 0 }
        let word = relation / 64 - 1
        return word < high.count && high[word] & 1 << UInt64(relation % 64) != 0
    }

    var isEmpty: Bool { low == 0 && high.isEmpty }
    var count: Int { high.reduce(low.nonzeroBitCount) { $0 + $1.nonzeroBitCount } }
    /// The one relation of a set of one.
    var only: Int? { count == 1 ? first : nil }

    var first: Int? {
        if low != 0 { return low.trailingZeroBitCount }
        guard let word = high.firstIndex(where: { $0 != 0 }) else { return nil }
        return 64 * (word + 1) + high[word].trailingZeroBitCount
    }

    func union(_ other: RelationSet) -> RelationSet {
        var result = self
        result.low |= other.low
        if other.high.isEmpty { return result }
        while result.high.count < other.high.count { result.high.append(0) }
        for word in other.high.indices { result.high[word] |= other.high[word] }
        return result
    }

    mutating func formUnion(_ other: RelationSet) { self = union(other) }

    func intersection(_ other: RelationSet) -> RelationSet {
        combined(other) { $0 & $1 }
    }

    func subtracting(_ other: RelationSet) -> RelationSet {
        combined(other) { $0 & ~$1 }
    }

    /// Both operations leave no bit that this set doesn't have.
    private func combined(_ other: RelationSet, _ operation: (UInt64, UInt64) -> UInt64) -> RelationSet {
        var result = self
        result.low = operation(low, other.low)
        if high.isEmpty { return result }
        for word in high.indices { result.high[word] = operation(high[word], word < other.high.count ? other.high[word] : 0) }
        while result.high.last == 0 { result.high.removeLast() }
        return result
    }

    func isDisjoint(with other: RelationSet) -> Bool {
        low & other.low == 0 && (high.isEmpty || zip(high, other.high).allSatisfy { $0 & $1 == 0 })
    }

    func intersects(_ other: RelationSet) -> Bool { !isDisjoint(with: other) }

    func isSubset(of other: RelationSet) -> Bool {
        if low & ~other.low != 0 { return false }
        return high.isEmpty || (high.count <= other.high.count && zip(high, other.high).allSatisfy { $0 & ~$1 == 0 })
    }
}

extension RelationSet: Sequence {
    /// The relations in order.
    struct Iterator: IteratorProtocol {
        private var word: UInt64
        private var rest: ArraySlice<UInt64>
        private var start = 0

        fileprivate init(_ low: UInt64, _ high: [UInt64]) {
            word = low
            rest = high[...]
        }

        mutating func next() -> Int? {
            while word == 0 {
                guard let following = rest.popFirst() else { return nil }
                word = following
                start += 64
            }
            defer { word &= word &- 1 }
            return start + word.trailingZeroBitCount
        }
    }

    func makeIterator() -> Iterator { Iterator(low, high) }
}
