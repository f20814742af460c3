/// The statements that were executed in a warehouse, on disk.

import LodeCore
import LodeObjectStore

/// A statement's end costs an entry in a list; a moment later everything in the list is written at once, in the background. What can't be
/// written is lost, and counted: no statement waits for the history or fails because of it.
///
///     statements ──append──▶ list ──every 300 ms, if there is something──▶ history.sqlite ──▶ lode.query_history
package final class QueryHistory: Sendable {
    /// How much is kept.
    package struct Limits: Sendable {
        /// The latest statements.
        package var rows = 50_000
        /// Bytes of a text; longer ones are cut.
        package var textBytes = 16 << 10
        /// Entries that wait to be written.
        package var waiting = 20_000

        package init() {}
    }

    private struct State {
        var waiting: [HistoryEntry] = []
        var isScheduled = false
        var lost = 0
    }

    private static let pauseNanoseconds = 300_000_000
    private let limits: Limits
    private let state = Lock(State())
    private let storage: HistoryStorage
    /// Whether there is a warehouse: the history alone makes none.
    private let isWanted: @Sendable () -> Bool

    /// The history of the warehouse folder `warehouse`. Does no I/O.
    /// - Parameter catalog: where its catalog lies, if not where it does by default.
    package init(warehouse: String, catalog: String? = nil, limits: Limits = Limits()) {
        let place = Warehouse(warehouse, catalog: catalog)
        self.limits = limits
        storage = HistoryStorage(path: place.historyPath, rows: limits.rows)
        let catalog = place.catalogPath
        isWanted = { (try? LocalStore().exists(catalog)) ?? false }
    }

    /// Entries that could not be written.
    package var lost: Int { state.withLock { $0.lost } }

    /// Takes an entry. Never waits for the disk.
    package func append(_ entry: HistoryEntry) {
        var entry = entry
        entry.text = Self.cut(entry.text, to: limits.textBytes)
        entry.errorMessage = entry.errorMessage.map { Self.cut($0, to: limits.textBytes) }
        let schedules = state.withLock { state in
            guard state.waiting.count < limits.waiting else {
                state.lost += 1
                return false
            }
            state.waiting.append(entry)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if schedules { _ = Alarm.after(Self.pauseNanoseconds) { PosixThread { self.flush() }.start() } }
    }

    /// Writes what waits to be written; then it is on disk, or lost. Waits for the disk.
    package func flush() {
        let entries = state.withLock { state in
            defer {
                state.waiting = []
                state.isScheduled = false
            }
            return state.waiting
        }
        if entries.isEmpty || !isWanted() { return }
        do throws(SQLError) {
            try storage.append(entries)
        } catch {
            state.withLock { $0.lost += entries.count }
        }
    }

    /// The statements that ended before the call, in the order in which they were written.
    /// - Throws: what reading the file throws.
    package func entries() throws(SQLError) -> [HistoryEntry] {
        flush()
        return try storage.entries()
    }

    private static func cut(_ text: String, to bytes: Int) -> String {
        text.utf8.count <= bytes ? text : String(decoding: text.utf8.prefix(bytes), as: UTF8.self) + "…"
    }
}
