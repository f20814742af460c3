/// Rows of small tables that are asked again and again, in memory.

import LodeCore
import LodeTables
import LodeVectors

/// The decoded columns of table versions, which never change: they are held as long as there is room, and let go of when a statement is
/// short of memory. Shared by all sessions.
final class HeldTables: MemoryHolder {
    struct Key: Hashable, Sendable {
        var version: TableVersion
        /// Positions in the table's schema.
        var columns: [Int]
    }

    private struct Entry {
        var chunks: [Chunk]
        var bytes: Int
        var lastUse: Int
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var bytes = 0
        var clock = 0
    }

    /// Of a table: what is looked through in less time than handing it to a worker takes.
    static let rowsPerTable = 1 << 15
    static let bytesPerTable = 4 << 20
    /// Of all tables.
    private let capacity: Int
    private let memory: MemoryBudget
    private let state = Lock(State())
    private let registration = Lock<MemoryHolders.Registration?>(nil)

    init(_ memory: MemoryBudget) {
        self.memory = memory
        capacity = min(64 << 20, memory.limit / 16)
        let registration = memory.register(self)
        self.registration.withLock { $0 = registration }
    }

    func rows(_ key: Key) -> [Chunk]? {
        state.withLock { state in
            state.clock += 1
            state.entries[key]?.lastUse = state.clock
            return state.entries[key]?.chunks
        }
    }

    /// Holds rows, if there is room.
    /// - Returns: whether there is.
    func hold(_ chunks: [Chunk], as key: Key) -> Bool {
        let bytes = chunks.reduce(0) { $0 + $1.heldBytes }
        guard bytes <= min(Self.bytesPerTable, capacity) else { return false }
        _ = drop(state.withLock { $0.bytes } + bytes - capacity)
        guard memory.tryReserve(bytes) else { return false }
        let replaced = state.withLock { state in
            state.clock += 1
            let replaced = state.entries.updateValue(Entry(chunks: chunks, bytes: bytes, lastUse: state.clock), forKey: key)
            state.bytes += bytes - (replaced?.bytes ?? 0)
            return replaced?.bytes ?? 0
        }
        memory.release(replaced)
        return true
    }

    /// Lets go of what was not used for longest, until `bytes` are free.
    private func drop(_ bytes: Int) -> Int {
        let dropped = state.withLock { state -> [Entry] in
            if bytes <= 0 { return [] }
            var dropped: [Entry] = [], freed = 0
            for (key, entry) in state.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) where freed < bytes {
                state.entries[key] = nil
                state.bytes -= entry.bytes
                freed += entry.bytes
                dropped.append(entry)
            }
            return dropped
        }
        let freed = dropped.reduce(0) { $0 + $1.bytes }
        memory.release(freed)
        return freed
    }

    // MARK: MemoryHolder

    var revocableBytes: Int { state.withLock { $0.bytes } }
    func revoke(_ bytes: Int) -> Int { drop(bytes) }
}
