/// Sizes as people write them: `512MB`, `4 GiB`.

package enum ByteSize {
    private static let units: [(name: String, bytes: Int)] = [
        ("tib", 1 << 40), ("gib", 1 << 30), ("mib", 1 << 20), ("kib", 1 << 10), ("tb", 1_000_000_000_000), ("gb", 1_000_000_000),
        ("mb", 1_000_000), ("kb", 1000), ("b", 1),
    ]

    /// Bytes; nil if the text is not a size: a number, with a fraction only before a unit, and never below zero.
    package static func parse(_ text: String) -> Int? {
        let folded = text.lowercased().filter { $0 != " " }
        guard let first = folded.utf8.first, (48...57).contains(first) else { return nil }
        for unit in units where folded.hasSuffix(unit.name) {
            let number = folded.dropLast(unit.name.count)
            if let whole = Int(number) {
                let (bytes, overflow) = whole.multipliedReportingOverflow(by: unit.bytes)
                return overflow ? nil : bytes
            }
            guard let part = Double(number) else { continue }
            return Int(exactly: (part * Double(unit.bytes)).rounded())
        }
        return Int(folded)
    }

    /// The size in the largest unit that leaves at least 1, with one decimal where it says something.
    package static func text(_ bytes: Int) -> String {
        for unit in units where unit.name.hasSuffix("ib") && bytes >= unit.bytes {
            let tenths = (Double(bytes) / Double(unit.bytes) * 10).rounded() / 10
            let number = tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
            return "\(number) \(unit.name.first.map { $0.uppercased() } ?? "")iB"
        }
        return "\(bytes) B"
    }
}
