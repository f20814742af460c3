/// Faults strike when they are due and not before.

import LodeCore
import Testing

@testable import LodeObjectStore

@Suite struct FaultStoreTests {
    private let full = SQLError(.diskFull, "the disk is full")

    @Test func `the third write fails and nothing becomes visible`() throws {
        let inner = MemoryStore()
        let store = FaultStore(inner, [Fault(.write, .fail(full), path: "a", after: 2)])
        let writer = try store.createWriter("a")
        try writer.write([1])
        try writer.write([2])
        #expect(throws: SQLError.self) { try writer.write([3]) }
        writer.abort()
        #expect(try inner.exists("a") == false)
        try store.put("b", [1])
        #expect(try inner.exists("b"))
    }

    @Test func `a torn put leaves the beginning`() throws {
        let inner = MemoryStore()
        let store = FaultStore(inner, [Fault(.put, .tear(bytes: 2), times: 1)])
        try store.put("a", [1, 2, 3])
        #expect(try inner.read("a") == [1, 2])
        try store.put("a", [1, 2, 3])
        #expect(try inner.read("a") == [1, 2, 3])
        #expect(store.calls(.put) == 2)
    }

    @Test func `a dropped finish leaves nothing`() throws {
        let inner = MemoryStore()
        let writer = try FaultStore(inner, [Fault(.finish, .drop)]).createWriter("a")
        try writer.write([1])
        try writer.finish()
        #expect(try inner.info("a") == nil)
    }

    @Test func `a torn read fills up with zeros`() throws {
        let inner = MemoryStore()
        try inner.put("a", [1, 2, 3, 4])
        let reader = try FaultStore(inner, [Fault(.read, .tear(bytes: 1))]).open("a")
        #expect(try reader.read(offset: 1, count: 3) == [2, 0, 0])
    }
}
