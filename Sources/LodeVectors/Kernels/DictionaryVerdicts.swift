/// What a string comparison said of the values of a dictionary, kept from chunk to chunk.

import LodeCore

/// The last few dictionaries with one flag a value.
///
/// Chunks of one row group share a dictionary, so each distinct text is compared once per row group. Workers read different
/// row groups, hence more than one entry. Sixteen nanoseconds a chunk for the lock.
final class DictionaryVerdicts: Sendable {
    private struct Entry {
        var dictionary: Column
        var comparison: ComparisonOperator
        /// A long text's bytes are compared, for the pointer need not outlive its chunk.
        var constant: [UInt8]
        var flags: Buffer

        func answers(_ dictionary: Column, _ comparison: ComparisonOperator, _ constant: StringView) -> Bool {
            self.dictionary === dictionary && self.comparison == comparison
                && constant.withBytes { bytes in self.constant.elementsEqual(bytes) }
        }
    }

    private static let entryCount = 4
    private let entries = Lock<[Entry]>([])

    func knows(_ dictionary: Column, _ comparison: ComparisonOperator, _ constant: StringView) -> Bool {
        entries.withLock { $0.contains { $0.answers(dictionary, comparison, constant) } }
    }

    /// One byte a dictionary value: whether `value comparison constant`.
    func table(_ dictionary: Column, _ comparison: ComparisonOperator, _ constant: StringView) throws(SQLError) -> Buffer {
        let found = entries.withLock { $0.first { $0.answers(dictionary, comparison, constant) }?.flags }
        if let found { return found }
        let flags = try Buffer(byteCount: dictionary.count)
        runComparison(
            comparison, FlatLanes(base: dictionary.lanes(as: StringView.self)), RepeatedLane(value: constant), dictionary.count,
            .flags(flags.lanes(as: UInt8.self)))
        let entry = Entry(
            dictionary: dictionary, comparison: comparison, constant: constant.withBytes { [UInt8]($0) }, flags: flags)
        entries.withLock { list in
            if list.count >= Self.entryCount { list.removeFirst() }
            list.append(entry)
        }
        return flags
    }
}
