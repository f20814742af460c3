/// The levels of a leaf over a row group, and how its entries fall into pages.

import LodeCore
import LodeVectors

/// Levels are kept only once they differ from "every value is there" and "every entry begins a row".
struct LeafLevels {
    let maximumDefinition: Int
    let maximumRepetition: Int
    private(set) var entries = 0
    private(set) var rows = 0
    private var definition: [UInt8]?
    private var repetition: [UInt8]?

    init(_ plan: LeafPlan) {
        maximumDefinition = plan.maximumDefinition
        maximumRepetition = plan.maximumRepetition
    }

    mutating func append(_ leaf: ShreddedLeaf, rows: Int) {
        if definition != nil || leaf.definition != nil {
            var list = definition ?? [UInt8](repeating: UInt8(maximumDefinition), count: entries)
            list += leaf.definition ?? [UInt8](repeating: UInt8(maximumDefinition), count: leaf.count)
            definition = list
        }
        if maximumRepetition > 0 {
            var list = repetition ?? []
            list += leaf.repetition ?? [UInt8](repeating: 0, count: leaf.count)
            repetition = list
        }
        entries += leaf.count
        self.rows += rows
    }

    /// Some entries that make whole rows.
    struct Page {
        var entries: Range<Int>
        var values: Range<Int>
        var firstRow: Int
        var rows: Int
        var nulls: Int { entries.count - values.count }
    }

    /// Pages of at most `rows` rows each (a row is never split), or fewer where `valuesFit` says that values are too many.
    func pages(rows pageRows: Int, valuesFit: (Range<Int>) -> Int) -> [Page] {
        var pages: [Page] = []
        var entry = 0, value = 0, row = 0
        while entry < entries {
            var page = Page(entries: entry..<entry, values: value..<value, firstRow: row, rows: 0)
            var end = entry, endValue = value, endRow = row
            let limit = valuesFit(value..<Int.max)
            if definition == nil, repetition == nil {
                // Every entry is a row and has a value.
                end = min(entries, entry + pageRows, max(limit, entry + 1))
                (endValue, endRow) = (value + end - entry, row + end - entry)
            }
            while end < entries {
                // One row.
                var next = end + 1
                if let repetition { while next < entries, repetition[next] != 0 { next += 1 } }
                var present = next - end
                if let definition {
                    present = 0
                    for index in end..<next where Int(definition[index]) == maximumDefinition { present += 1 }
                }
                if endRow > row, endRow - row >= pageRows || endValue + present > limit { break }
                end = next
                endValue += present
                endRow += 1
            }
            page.entries = entry..<end
            page.values = value..<endValue
            page.rows = endRow - row
            pages.append(page)
            (entry, value, row) = (end, endValue, endRow)
        }
        return pages
    }

    /// The definition levels of a page, run-length encoded.
    func appendDefinition(_ page: Page, to sink: ByteSink) throws(SQLError) {
        try Self.append(definition, UInt32(maximumDefinition), maximumDefinition, page, sink)
    }

    func appendRepetition(_ page: Page, to sink: ByteSink) throws(SQLError) {
        try Self.append(repetition, 0, maximumRepetition, page, sink)
    }

    private static func append(_ levels: [UInt8]?, _ constant: UInt32, _ maximum: Int, _ page: Page, _ sink: ByteSink) throws(SQLError) {
        let width = RunLengthWriter.width(maximum)
        guard let levels else { return try RunLengthWriter.run(constant, page.entries.count, width, sink) }
        let buffer = try Buffer(byteCount: page.entries.count * 4)
        let codes = buffer.lanes(as: UInt32.self)
        for (index, level) in levels[page.entries].enumerated() { codes[index] = UInt32(level) }
        try RunLengthWriter.append(Lanes(codes), page.entries.count, width: width, to: sink)
    }
}
