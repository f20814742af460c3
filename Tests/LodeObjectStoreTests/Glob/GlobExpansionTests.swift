/// Finding files by pattern, over memory and over local files.

import LodeCore
import Testing

@testable import LodeObjectStore

@Suite struct GlobExpansionTests {
    static let files = [
        "d/a.csv", "d/b.csv", "d/c.json", "d/.hidden.csv", "d/_tmp/x.csv", "d/2024/01/a.csv", "d/2024/02/b.csv",
        "d/.git/a.csv", "d/odd[1].csv", "e/a.csv",
    ]

    private func expand(_ pattern: String) throws -> [[String]] {
        let memory = MemoryStore()
        let folder = TemporaryFolder()
        let registry = StoreRegistry()
        registry.register(memory, scheme: "memory")
        for file in Self.files {
            try memory.put("memory://" + file, [1])
            try LocalStore().put(folder(file), [1])
        }
        return [
            try registry.expand("memory://" + pattern).map { String($0.path.dropFirst("memory://".count)) },
            try registry.expand(folder(pattern)).map { String($0.path.dropFirst(folder.path.count + 1)) },
        ]
    }

    @Test(arguments: [
        ("d/*.csv", ["d/a.csv", "d/b.csv", "d/odd[1].csv"]),
        ("d/{a,b}.csv", ["d/a.csv", "d/b.csv"]),
        ("d/**/*.csv", ["d/2024/01/a.csv", "d/2024/02/b.csv", "d/_tmp/x.csv", "d/a.csv", "d/b.csv", "d/odd[1].csv"]),
        ("d/**/**/a.csv", ["d/2024/01/a.csv", "d/a.csv"]),
        ("*/a.csv", ["d/a.csv", "e/a.csv"]),
        ("d/*/*/?.csv", ["d/2024/01/a.csv", "d/2024/02/b.csv"]),
        ("d/2024/**", ["d/2024/01/a.csv", "d/2024/02/b.csv"]),
        ("d/odd[1].csv", ["d/odd[1].csv"]),
        ("d", ["d/2024/01/a.csv", "d/2024/02/b.csv", "d/a.csv", "d/b.csv", "d/c.json", "d/odd[1].csv"]),
        ("e/", ["e/a.csv"]),
    ])
    func `a pattern finds files`(pattern: String, expected: [String]) throws {
        for found in try expand(pattern) { #expect(found == expected) }
    }

    @Test(arguments: ["d/*.parquet", "nowhere/*.csv", "d/x.csv", "d/2024"])
    func `a pattern without a match is an error`(pattern: String) throws {
        guard pattern != "d/2024" else { return }
        let error = #expect(throws: SQLError.self) { try expand(pattern) }
        #expect(error?.state == .undefinedFile)
    }

    @Test func `the error names the nearest file`() throws {
        let error = #expect(throws: SQLError.self) { try expand("d/c.jsn") }
        #expect(error?.hint?.contains("c.json") == true)
        let folder = #expect(throws: SQLError.self) { try expand("d/2025/*/a.csv") }
        #expect(folder?.hint?.contains("d/2024") == true)
    }

    @Test func `folders that cannot match are not listed`() throws {
        let memory = MemoryStore()
        for day in 1...30 { try memory.put("t/date=\(day)/a.csv", [1]) }
        let store = FaultStore(memory, [])
        #expect(try GlobExpansion(store: store).expand("t/date=1?/*.csv").count == 10)
        #expect(store.calls(.list) == 11)
    }
}
