/// Leaving out row groups by what metadata says of them: bounds first, then Bloom filters.

import LodeCore

/// Tests the filters of a scan against row groups; gives up on Bloom filters that rule out nothing.
final class RowGroupPruning: Sendable {
    private let patience = Patience()
    /// The leaves whose Bloom filters were asked for without waiting.
    private let asked = Lock<Set<Int>>([])

    /// A list of values is looked up in a Bloom filter only if reading the rows would take longer.
    private static let rowsPerValue = 16

    /// Whether surely no row of the morsel satisfies all filters. Counts what it cost and why.
    func rulesOut(_ part: MorselRows, _ request: ScanRequest, in file: ParquetFile, _ counters: inout ScanCounters) -> Bool {
        let predicates = request.filters.map(\.bounds).filter { $0 != .anything }
        let share = part.first == 0 ? 1 : 0
        guard predicates.allSatisfy({ file.mayMatch(part.rowGroup, $0) }) else {
            counters.rowGroupsPrunedByStatistics = share
            return true
        }
        guard patience.isLeft else { return false }
        var blooms = RowGroupBlooms(part, file, waits: !request.isFetched)
        let mayMatch = predicates.allSatisfy { predicate in
            predicate.mayMatch({ name in file.leaf(name).map { file.footer.statistics($0, file.footer.metaData.rowGroups[part.rowGroup]) } }
            ) {
                $1.count > part.count / Self.rowsPerValue || blooms.mayHold($0, $1)
            }
        }
        ask(blooms.lacking, file)
        if blooms.wereAsked { patience.note(didPrune: !mayMatch) }
        counters.bytesRead += blooms.bytesRead
        if !mayMatch { counters.rowGroupsPrunedByBloomFilter = share }
        return !mayMatch
    }

    /// Has the Bloom filters of some leaves fetched, of all row groups at once, for those that come later.
    private func ask(_ leaves: Set<Int>, _ file: ParquetFile) {
        if leaves.isEmpty { return }
        let new = asked.withLock { asked -> Set<Int> in
            defer { asked.formUnion(leaves) }
            return leaves.subtracting(asked)
        }
        if new.isEmpty { return }
        file.file.willNeed(
            file.footer.metaData.rowGroups.flatMap { group in
                new.compactMap { group.columns.indices.contains($0) ? group.columns[$0].metaData.flatMap(BloomFilterReading.range) : nil }
            })
    }
}

/// The Bloom filters of a row group, fetched when they are asked.
private struct RowGroupBlooms {
    private let part: MorselRows
    private let file: ParquetFile
    /// Whether one that is not here is waited for.
    private let waits: Bool
    private var known: [String: BloomFilterReading] = [:]
    /// The leaves whose filters would have been waited for.
    private(set) var lacking: Set<Int> = []

    init(_ part: MorselRows, _ file: ParquetFile, waits: Bool) {
        self.part = part
        self.file = file
        self.waits = waits
    }

    var wereAsked: Bool { !known.isEmpty }
    var bytesRead: Int { known.values.reduce(0) { $0 + $1.bytesRead } }

    /// Whether a column may hold one of `values`.
    mutating func mayHold(_ column: String, _ values: ArraySlice<Value>) -> Bool {
        guard let leaf = file.leaf(column), let chunk = file.footer.metaData.rowGroups[part.rowGroup].columns[leaf.index].metaData,
            let range = BloomFilterReading.range(chunk), chunk.type == leaf.physical
        else { return true }
        guard waits || file.file.isHere(range) else {
            lacking.insert(leaf.index)
            return true
        }
        guard let filter = known[column] ?? BloomFilterReading(chunk, in: file.file, probes: values.count) else { return true }
        known[column] = filter
        return values.contains { value in
            guard let forms = leaf.storedForms(value) else { return true }
            return forms.contains { filter.mayHold(XXHash64.hash($0)) }
        }
    }
}
