/// The store for tests behaves as the others.

import LodeCore
import Testing

@testable import LodeObjectStore

@Suite struct MemoryStoreTests {
    let store = MemoryStore()

    @Test func `folders are what lies before a slash`() throws {
        try store.put("a/b/c", [1])
        try store.put("a/d", [1, 2])
        #expect(try store.list("a", recursive: false).map(\.path) == ["a/b", "a/d"])
        #expect(try store.list("a", recursive: true).map(\.path) == ["a/b/c", "a/d"])
        #expect(try store.info("a/b")?.isFolder == true)
        #expect(try store.info("a/") == .folder("a"))
        #expect(try store.list("nothing", recursive: true) == [])
    }

    @Test func `a second put if absent changes nothing`() throws {
        #expect(try store.putIfAbsent("a", [1]))
        #expect(try !store.putIfAbsent("a", [2]))
        #expect(try store.read("a") == [1])
    }

    @Test func `an object changes its etag with its bytes`() throws {
        try store.put("a", [1])
        let before = try store.info("a")
        try store.put("a", [2])
        #expect(try store.info("a")?.etag != before?.etag)
    }

    @Test func `a missing object is an error for readers and none for deletion`() throws {
        #expect(throws: SQLError.self) { try store.open("a") }
        try store.delete("a")
    }

    @Test func `a large object is not read whole`() throws {
        try store.put("a", [1, 2, 3])
        let error = #expect(throws: SQLError.self) { try store.read("a", limit: 2) }
        #expect(error?.state == .programLimitExceeded)
    }
}
