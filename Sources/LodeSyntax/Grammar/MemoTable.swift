/// What rules matched at which token, for rules that are tried there more than once.

/// A list of outcomes for each token. Takes no memory until the first is added.
struct MemoTable {
    struct Entry {
        var id: UInt16
        var matched: Bool
        var end: UInt32
        var edge: Edge
        fileprivate var next: UInt32 = 0

        init(id: UInt16, matched: Bool, end: UInt32, edge: Edge) {
            self.id = id
            self.matched = matched
            self.end = end
            self.edge = edge
        }
    }

    private let start: Int
    private let count: Int
    /// For each token, index + 1 of its newest entry.
    private var heads: [UInt32] = []
    private var entries: [Entry] = []
    /// Nodes below this index may be part of a remembered outcome, and must outlive backtracking.
    private(set) var keptNodes = 0

    init(start: Int, count: Int) {
        self.start = start
        self.count = count
    }

    func find(id: UInt16, at position: Int) -> Entry? {
        guard !heads.isEmpty else { return nil }
        var next = heads[position - start]
        while next != 0 {
            let entry = entries[Int(next) - 1]
            if entry.id == id { return entry }
            next = entry.next
        }
        return nil
    }

    mutating func add(_ entry: Entry, at position: Int, keeping nodes: Int) {
        if heads.isEmpty { heads = Array(repeating: 0, count: count) }
        var entry = entry
        entry.next = heads[position - start]
        entries.append(entry)
        heads[position - start] = UInt32(entries.count)
        keptNodes = max(keptNodes, nodes)
    }
}
