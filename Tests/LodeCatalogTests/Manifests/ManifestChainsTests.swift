// Which manifests count: those of commits that ended, and of the others none or all.

import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct ManifestChainsTests {
    private func part(_ stem: String, _ number: Int64, isFull: Bool = false, dropped: Bool = false) -> TableManifest {
        var part = TableManifest(stem: stem, table: 1, number: number)
        part.isFull = isFull
        if dropped { part.droppedAt = 1 }
        return part
    }

    private func chains(_ files: [(time: Int64, parts: [TableManifest])]) -> ManifestChains {
        ManifestChains(files.map { Manifest(time: $0.time, tables: $0.parts) })
    }

    private func numbers(_ chains: ManifestChains, _ stem: String) -> [Int64]? { chains.tables[stem]?.map(\.number) }

    @Test func `a table is the last whole description and what came after`() {
        let found = chains([
            (1, [part("a", 1, isFull: true)]), (2, [part("a", 2)]), (3, [part("a", 3, isFull: true)]), (4, [part("a", 4)]),
        ])
        #expect(numbers(found, "a") == [3, 4])
        #expect(found.problems == [])
    }

    @Test func `of two with one number the later counts`() {
        let found = chains([(1, [part("a", 1, isFull: true)]), (2, [part("a", 2)]), (3, [part("a", 2, isFull: true)])])
        #expect(numbers(found, "a") == [2])
        #expect(found.lastTimes["a"] == 3)
    }

    @Test func `a file of several tables is void if one of its parts is`() {
        let found = chains([
            (1, [part("a", 1, isFull: true)]), (1, [part("b", 1, isFull: true)]), (2, [part("a", 2), part("b", 2)]), (3, [part("a", 2)]),
        ])
        #expect(numbers(found, "a") == [1, 2])
        #expect(numbers(found, "b") == [1])
    }

    @Test func `a file of several tables that nothing contradicts counts`() {
        let found = chains([
            (1, [part("a", 1, isFull: true)]), (1, [part("b", 1, isFull: true)]), (2, [part("a", 2), part("b", 2)]),
        ])
        #expect(numbers(found, "a") == [1, 2])
        #expect(numbers(found, "b") == [1, 2])
        #expect(found.shared == ["a", "b"])
    }

    @Test func `what is older than a manifest of a smaller number was written before a backup was restored`() {
        let found = chains([
            (1, [part("a", 1, isFull: true)]), (10, [part("a", 2)]), (11, [part("a", 3)]), (20, [part("a", 2)]),
        ])
        #expect(numbers(found, "a") == [1, 2])
        #expect(found.lastTimes["a"] == 20)
    }

    @Test func `a dropped table is none`() {
        let found = chains([(1, [part("a", 1, isFull: true)]), (2, [part("b", 1, isFull: true), part("a", 2, dropped: true)])])
        #expect(numbers(found, "a") == nil)
        #expect(numbers(found, "b") == [1])
        #expect(found.problems == [])
    }

    @Test func `a manifest that is missing is a problem, and so is the whole description`() {
        let found = chains([(1, [part("a", 1, isFull: true)]), (3, [part("a", 3)]), (4, [part("b", 4)])])
        #expect(numbers(found, "a") == nil)
        #expect(
            found.problems == ["a: manifest number 2 is missing", "b: the manifest that describes the whole table is missing"])
    }
}
