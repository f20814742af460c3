/// Operators that can do with less memory: asked before another one is refused.

/// Holds reserved memory that it can give back, for instance by writing rows to disk.
package protocol MemoryHolder: AnyObject, Sendable {
    /// What it could give back now.
    var revocableBytes: Int { get }
    /// Asks for about so much. Called on the thread of whoever is short of memory, which must not wait: a holder gives back what it can at
    /// once, and notes the request for its own worker, which looks at it at its next chunk.
    /// - Returns: the bytes that were released by the time of returning.
    func revoke(_ bytes: Int) -> Int
}

/// The holders of one budget.
package final class MemoryHolders: Sendable {
    private struct Entry: Sendable { weak var holder: (any MemoryHolder)? }

    private struct State {
        var entries: [Int: Entry] = [:]
        var nextNumber = 0
    }

    private let state = Lock(State())

    init() {}

    /// Ends with its last reference.
    package final class Registration: Sendable {
        private let holders: MemoryHolders
        private let number: Int

        fileprivate init(_ holders: MemoryHolders, _ number: Int) {
            self.holders = holders
            self.number = number
        }

        deinit { holders.state.withLock { $0.entries[number] = nil } }
    }

    func add(_ holder: any MemoryHolder) -> Registration {
        let number = state.withLock { state in
            state.nextNumber += 1
            state.entries[state.nextNumber] = Entry(holder: holder)
            return state.nextNumber
        }
        return Registration(self, number)
    }

    /// Asks those that hold most first, until they have released `bytes`.
    /// - Returns: whether anything was released.
    func revoke(_ bytes: Int) -> Bool {
        let all = state.withLock { state in state.entries.isEmpty ? [] : state.entries.values.compactMap(\.holder) }
        var left = bytes, released = 0
        for (holder, held) in all.map({ ($0, $0.revocableBytes) }).sorted(by: { $0.1 > $1.1 }) where left > 0 && held > 0 {
            let given = holder.revoke(left)
            released += given
            left -= given
        }
        return released > 0
    }
}
