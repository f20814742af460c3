// The history: bounded, on disk, and in nobody's way.

import Foundation
import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct QueryHistoryTests {
    private func entry(_ text: String) -> HistoryEntry {
        HistoryEntry(
            text: text, role: "ana", clientAddress: "127.0.0.1", applicationName: "test", session: 7, began: 1_000_000,
            elapsedNanoseconds: 5_000_000, state: "succeeded", tag: "SELECT 1", rows: 1, bytesRead: 2, filesRead: 3, filesPruned: 4,
            memoryPeak: 5, errorState: nil, errorMessage: nil)
    }

    private func warehouse() throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        let catalog = EmbeddedCatalog(warehouse: folder.path, stores: .init())
        _ = try catalog.commit([.createDatabase(GlueDatabase(name: "s"), ifNotExists: true)])
        return folder
    }

    @Test func `what was written is there after a restart, in order`() throws {
        let folder = try warehouse()
        let first = QueryHistory(warehouse: folder.path)
        first.append(entry("SELECT 1"))
        first.append(entry("SELECT 2"))
        first.flush()
        let second = QueryHistory(warehouse: folder.path)
        second.append(entry("SELECT 3"))
        let found = try second.entries()
        #expect(found.map(\.text) == ["SELECT 1", "SELECT 2", "SELECT 3"])
        #expect(found.map(\.id) == [1, 2, 3])
        var expected = entry("SELECT 1")
        expected.id = 1
        #expect(found.first == expected)
    }

    @Test func `entries are written by themselves`() throws {
        let folder = try warehouse()
        let history = QueryHistory(warehouse: folder.path)
        history.append(entry("SELECT 1"))
        let other = HistoryStorage(path: folder("history.sqlite"), rows: 10)
        let deadline = MonotonicClock.now() + 10_000_000_000
        while try other.entries().isEmpty, MonotonicClock.now() < deadline { try Cancellation.pauseCurrent(nanoseconds: 20_000_000) }
        #expect(try other.entries().count == 1)
    }

    @Test func `only the latest rows are kept, and long texts are cut`() throws {
        let folder = try warehouse()
        var limits = QueryHistory.Limits()
        limits.rows = 3
        limits.textBytes = 10
        let history = QueryHistory(warehouse: folder.path, limits: limits)
        for index in 0..<5 {
            history.append(entry("SELECT \(index), 'and much more'"))
            history.flush()
        }
        #expect(try history.entries().map(\.text) == ["SELECT 2, …", "SELECT 3, …", "SELECT 4, …"])
    }

    @Test func `more than may wait is lost and counted`() throws {
        let folder = try warehouse()
        var limits = QueryHistory.Limits()
        limits.waiting = 2
        let history = QueryHistory(warehouse: folder.path, limits: limits)
        for index in 0..<5 { history.append(entry("SELECT \(index)")) }
        #expect(history.lost >= 1)
        #expect(try history.entries().count + history.lost == 5)
    }

    @Test func `a file that is no history costs entries and nothing else`() throws {
        let folder = try warehouse()
        let path = folder("history.sqlite")
        try String(repeating: "no database ", count: 400).write(toFile: path, atomically: true, encoding: .utf8)
        let history = QueryHistory(warehouse: folder.path)
        history.append(entry("SELECT 1"))
        history.flush()
        #expect(history.lost == 1)
        #expect(throws: SQLError.self) { try history.entries() }
    }

    @Test func `without a warehouse nothing is made`() throws {
        let folder = TemporaryFolder()
        let history = QueryHistory(warehouse: folder("none"))
        history.append(entry("SELECT 1"))
        #expect(try history.entries().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder("none")))
    }
}
