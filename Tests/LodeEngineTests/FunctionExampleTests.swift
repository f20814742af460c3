// Every example in the manual of functions is run.

import LodeCore
import LodeFunctions
import Testing

@testable import LodeEngine

@Suite struct FunctionExampleTests {
    @Test func `every example in the manual is true`() throws {
        let scratch = try ScratchSession(threads: 1)
        var wrong: [String] = [], count = 0
        var entries = FunctionRegistry.scalars.map { ($0, $1.documentation) }
        entries += FunctionRegistry.sets.map { ($0, $1.documentation) }
        entries += FunctionRegistry.aggregates.map { ($0, $1.documentation) }
        for (name, entry) in entries.sorted(by: { $0.0 < $1.0 }) where name == entry.name {
            for example in entry.examples {
                count += 1
                let sql =
                    example.call.lowercased().hasPrefix("select ") || example.call.lowercased().hasPrefix("from ")
                    ? example.call : "SELECT \(example.call)"
                do {
                    let found = try scratch.rows(sql).first?.first ?? "(no row)"
                    if found != example.result { wrong.append("\(example.call): \(found), not \(example.result)") }
                } catch { wrong.append("\(example.call): \(error)") }
            }
        }
        #expect(wrong == [])
        #expect(count > 200)
    }
}
