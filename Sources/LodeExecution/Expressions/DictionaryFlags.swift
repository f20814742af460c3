/// A byte for every value of a dictionary, kept while chunks share the dictionary.

import LodeCore
import LodeVectors

/// The verdicts on the last few dictionaries: workers read different row groups, each with a dictionary of its own.
final class DictionaryFlags: Sendable {
    private struct Entry {
        let dictionary: Column
        let flags: Buffer
    }

    private static let entryCount = 4
    private let entries = Lock<[Entry]>([])

    func flags(of dictionary: Column, _ compute: () throws(SQLError) -> Buffer) throws(SQLError) -> Buffer {
        let known = entries.withLock { list in list.first { $0.dictionary === dictionary }?.flags }
        if let known { return known }
        let fresh = try compute()
        entries.withLock { list in
            if list.count >= Self.entryCount { list.removeFirst() }
            list.append(Entry(dictionary: dictionary, flags: fresh))
        }
        return fresh
    }
}
