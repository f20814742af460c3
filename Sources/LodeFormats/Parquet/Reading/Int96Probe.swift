/// Looking at INT96 timestamps for nanoseconds, which no metadata tells of.

import LodeCore
import LodeObjectStore

/// What the option `int96_as` says.
enum Int96Choice: String, Hashable, Sendable {
    /// Nanoseconds where the first values of a column have some, else microseconds.
    case auto
    case micros = "timestamp"
    case nanos = "timestamp_ns"
}

enum Int96Probe {
    /// How many values are looked at: of clocks that count nanoseconds, one in a thousand shows none.
    private static let values = 2048

    /// The footer with INT96 columns in the unit that is chosen.
    static func settle(_ footer: ParquetFooter, _ file: any ObjectReader, _ choice: Int96Choice) throws(SQLError) -> ParquetFooter {
        guard footer.leaves.contains(where: { $0.physical == .int96 }) else { return footer }
        switch choice {
        case .micros: return try footer.reading { _ in .micros }
        case .nanos: return try footer.reading { _ in .nanos }
        case .auto: break
        }
        // Spark has microseconds.
        if footer.metaData.keyValues?.contains(where: { $0.key.hasPrefix("org.apache.spark") }) == true { return footer }
        let fine = ParquetFile(file, try footer.reading { _ in .nanos })
        var leaves: Set<Int> = []
        for (index, column) in footer.columns.enumerated() {
            let stored = column.leaves.filter { $0.physical == .int96 }.map(\.index)
            if !stored.isEmpty, hasNanos(fine, index) { leaves.formUnion(stored) }
        }
        return leaves.isEmpty ? footer : try footer.reading { leaves.contains($0) ? .nanos : .exactMicros }
    }

    private static func hasNanos(_ file: ParquetFile, _ column: Int) -> Bool {
        var seen = 0
        do throws(SQLError) {
            for morsel in try file.morsels() {
                let reader = try file.reader(morsel, ScanRequest(projection: [column], cancellation: Cancellation()))
                while let chunk = try reader.next() {
                    for row in 0..<chunk.count where hasNanos(chunk.columns[0].value(at: row), &seen) { return true }
                    if seen >= values { return false }
                }
            }
        } catch {
            // Years that nanoseconds don't reach; or damage, which a query meets where it reads.
        }
        return false
    }

    private static func hasNanos(_ value: Value, _ seen: inout Int) -> Bool {
        switch value {
        case .timestampNanos(let nanos):
            seen += 1
            return Nanoseconds.split(nanos).rest != 0
        case .list(let items), .structure(let items): return items.contains { hasNanos($0, &seen) }
        case .map(let entries): return entries.contains { hasNanos($0.key, &seen) || hasNanos($0.value, &seen) }
        default: return false
        }
    }
}
