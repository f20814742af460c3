/// Schemes, parents and names of locations.

import Testing

@testable import LodeObjectStore

@Suite struct StorePathTests {
    @Test func `a scheme has more than one letter and two slashes`() {
        #expect(StorePath.scheme(of: "s3://bucket/key") == "s3")
        #expect(StorePath.scheme(of: "FILE:///x") == "file")
        #expect(StorePath.scheme(of: "file:/x") == "file")
        #expect(StorePath.scheme(of: "c:/x") == nil)
        #expect(StorePath.scheme(of: "data/a:b.csv") == nil)
        #expect(StorePath.scheme(of: "a:b") == nil)
        #expect(StorePath.scheme(of: "") == nil)
    }

    @Test(arguments: [("file:///a/b", "/a/b"), ("file:/a", "/a"), ("file://localhost/a", "/a"), ("a/b", "a/b")])
    func `file URLs are local paths`(url: String, path: String) { #expect(StorePath.localPath(url) == path) }

    @Test func `parents and names leave trailing slashes out`() {
        #expect(StorePath.parent("/a/b/") == "/a")
        #expect(StorePath.parent("/a") == "/")
        #expect(StorePath.parent("a") == "")
        #expect(StorePath.name("/a/b/") == "b")
        #expect(StorePath.join("/a/", "b") == "/a/b")
        #expect(StorePath.join("", "b") == "b")
    }

    @Test func `an unknown scheme is refused with the nearest one`() {
        let registry = StoreRegistry()
        registry.register(MemoryStore(), scheme: "memory")
        let error = #expect(throws: (any Error).self) { _ = try registry.resolve("memry://x") }
        #expect("\(error!)".contains("Did you mean \"memory://\"?"))
    }
}
