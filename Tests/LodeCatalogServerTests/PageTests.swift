// Lists that come in pages.

import Testing

@testable import LodeCatalogServer

struct PageTests {
    private let names = ["b", "c", "a", "d", "e"]

    @Test func `pages follow each other by the last name that was given`() {
        let first = Page(names, after: nil, size: 2) { $0 }
        #expect(first.items == ["a", "b"] && first.next == "b")
        let second = Page(names, after: first.next, size: 2) { $0 }
        #expect(second.items == ["c", "d"] && second.next == "d")
        let last = Page(names, after: second.next, size: 2) { $0 }
        #expect(last.items == ["e"] && last.next == nil)
    }

    @Test func `without a size, all comes at once`() {
        #expect(Page(names, after: "", size: nil) { $0 }.items.count == 5)
        #expect(Page([String](), after: "x", size: nil) { $0 }.next == nil)
    }

    @Test func `a name that is gone is passed over`() {
        #expect(Page(["a", "c"], after: "b", size: 5) { $0 }.items == ["c"])
    }
}
