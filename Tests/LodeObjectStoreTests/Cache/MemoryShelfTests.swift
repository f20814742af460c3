import Testing

@testable import LodeObjectStore

@Suite struct MemoryShelfTests {
    private func identity(_ name: String, etag: String = "e", reader: String = "r") -> ObjectIdentity {
        ObjectIdentity(reader: reader, place: "http://h/\(name)", etag: etag, size: 1_000)
    }

    @Test func `the part that holds a byte and reaches furthest is found`() {
        var shelf = MemoryShelf(limit: 10_000)
        shelf.add(identity("a"), offset: 100, Array(repeating: 1, count: 100), cost: 1)
        shelf.add(identity("a"), offset: 150, Array(repeating: 2, count: 100), cost: 1)
        #expect(shelf.part(of: identity("a"), at: 160)?.offset == 150)
        #expect(shelf.part(of: identity("a"), at: 100)?.offset == 100)
        #expect(shelf.part(of: identity("a"), at: 250) == nil && shelf.part(of: identity("a"), at: 99) == nil)
        #expect(shelf.part(of: identity("a", etag: "f"), at: 160) == nil && shelf.part(of: identity("a", reader: "s"), at: 160) == nil)
        #expect(shelf.bytes == 200 && shelf.ranges(of: identity("a")) == [100..<200, 150..<250])
    }

    @Test func `a part takes the place of those within it, and none is kept twice`() {
        var shelf = MemoryShelf(limit: 10_000)
        shelf.add(identity("a"), offset: 10, [1, 2], cost: 1)
        shelf.add(identity("a"), offset: 20, [1, 2], cost: 1)
        shelf.add(identity("a"), offset: 5, Array(repeating: 7, count: 50), cost: 1)
        #expect(shelf.bytes == 50)
        shelf.add(identity("a"), offset: 10, [1, 2], cost: 1)
        #expect(shelf.bytes == 50 && shelf.part(of: identity("a"), at: 11)?.offset == 5)
    }

    @Test func `what is asked for stays, what nobody asks for goes`() {
        var shelf = MemoryShelf(limit: 1_000)
        for number in 0..<10 { shelf.add(identity("\(number)"), offset: 0, Array(repeating: 0, count: 100), cost: 100) }
        for number in 10..<60 {
            #expect(shelf.part(of: identity("3"), at: 0) != nil)
            shelf.add(identity("\(number)"), offset: 0, Array(repeating: 0, count: 100), cost: 100)
        }
        #expect(shelf.bytes == 1_000 && shelf.part(of: identity("3"), at: 0) != nil && shelf.part(of: identity("4"), at: 0) == nil)
    }

    @Test func `small parts that cost as much as large ones stay longer`() {
        var shelf = MemoryShelf(limit: 1_000)
        shelf.add(identity("small"), offset: 0, Array(repeating: 0, count: 10), cost: 100)
        for number in 0..<20 { shelf.add(identity("\(number)"), offset: 0, Array(repeating: 0, count: 400), cost: 110) }
        #expect(shelf.part(of: identity("small"), at: 0) != nil && shelf.bytes <= 1_000)
    }

    @Test func `a lower limit drops what is beyond it, and zero everything`() {
        var shelf = MemoryShelf(limit: 1_000)
        for number in 0..<10 { shelf.add(identity("\(number)"), offset: 0, Array(repeating: 0, count: 100), cost: 100) }
        shelf.limit = 250
        #expect(shelf.bytes == 200)
        shelf.limit = 0
        #expect(shelf.bytes == 0)
        shelf.add(identity("a"), offset: 0, [1], cost: 1)
        #expect(shelf.bytes == 0)
    }
}
