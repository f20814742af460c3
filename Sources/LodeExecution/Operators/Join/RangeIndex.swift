/// The rows of one block in the order of one key, searched for those whose other key is large enough.

/// Rows whose first key is at most `bound` come first in the order of the first key; among them a tournament tree of the second keys leads
/// to those whose second key is at least `least`: O(log rows) for each row found, however many lie between.
struct RangeIndex: Sendable {
    /// First keys, ascending, and the row of each. Rows that have a NULL for a key are not among them.
    private let keys: [Int64]
    private let rows: [UInt32]
    /// The larger one of two children at each node, the second keys from `leaves` on; empty where there is one condition.
    private let largest: [Int64]
    private let leaves: Int

    /// - Parameter second: as many as `first`, if there is a second condition.
    init(first: [Int64?], second: [Int64?]?) {
        var order: [(key: Int64, row: UInt32)] = []
        order.reserveCapacity(first.count)
        for (row, key) in first.enumerated() {
            guard let key, second == nil || second?[row] != nil else { continue }
            order.append((key, UInt32(truncatingIfNeeded: row)))
        }
        order.sort { $0.key < $1.key }
        keys = order.map(\.key)
        rows = order.map(\.row)
        var width = 1
        while width < order.count { width *= 2 }
        leaves = width
        guard let second else {
            largest = []
            return
        }
        var tree = [Int64](repeating: .min, count: 2 * width)
        for (place, entry) in order.enumerated() { tree[width + place] = second[Int(entry.row)] ?? .min }
        for node in stride(from: width - 1, to: 0, by: -1) { tree[node] = max(tree[2 * node], tree[2 * node + 1]) }
        largest = tree
    }

    var byteCount: Int { keys.count * 12 + largest.count * 8 }

    /// Whether no row can be within these bounds.
    func excludes(bound: Int64, least: Int64) -> Bool {
        guard let smallest = keys.first, smallest <= bound else { return true }
        return !largest.isEmpty && largest[1] < least
    }

    /// How many rows have a first key of at most `bound`: they are the places before.
    func end(_ bound: Int64) -> Int {
        var low = 0, high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] <= bound { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func row(at place: Int) -> UInt32 { rows[place] }

    /// The first place from `place` on, before `end`, whose second key is at least `least`; nil if there is none.
    func next(from place: Int, before end: Int, least: Int64) -> Int? {
        if place >= end { return nil }
        if largest.isEmpty { return place }
        var node = leaves + place
        while largest[node] < least {
            // On to the next subtree to the right, which is that of the whole row of the tree at its end.
            while node & 1 == 1 { node >>= 1 }
            if node == 0 { return nil }
            node += 1
        }
        while node < leaves {
            node *= 2
            if largest[node] < least { node += 1 }
        }
        let found = node - leaves
        return found < end ? found : nil
    }
}
