/// What a function gave for the values of a dictionary, kept from chunk to chunk.

import LodeCore
import LodeVectors

/// The last few (dictionary, constants) with their results. Chunks of one row group share a dictionary.
final class DictionaryMemo: Sendable {
    private struct Entry {
        var dictionary: Column
        var arguments: [Column]
        var values: Column
    }

    private static let entryCount = 4
    private let entries = Lock<[Entry]>([])

    func find(_ dictionary: Column, _ arguments: [Column], _ coded: Int) -> Column? {
        entries.withLock { list in
            for entry in list where entry.dictionary === dictionary {
                if Self.sameConstants(entry.arguments, arguments, coded) { return entry.values }
            }
            return nil
        }
    }

    func keep(_ dictionary: Column, _ arguments: [Column], _ coded: Int, _ values: Column) {
        // The coded column itself isn't kept: only the constants around it matter.
        var constants = arguments
        constants[coded] = dictionary
        let entry = Entry(dictionary: dictionary, arguments: constants, values: values)
        entries.withLock { list in
            if list.count >= Self.entryCount { list.removeFirst() }
            list.append(entry)
        }
    }

    private static func sameConstants(_ known: [Column], _ arguments: [Column], _ coded: Int) -> Bool {
        guard known.count == arguments.count else { return false }
        for index in 0..<arguments.count where index != coded {
            if known[index] !== arguments[index], RowOrder.compare(known[index], 0, arguments[index], 0) != 0 { return false }
        }
        return true
    }
}
