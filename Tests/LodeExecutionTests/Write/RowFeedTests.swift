// What a change data feed says of changed rows.

import LodeCore
import LodePlan
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct RowFeedTests {
    private func column(_ type: SQLType, _ values: [Value]) throws -> Column { try Column.make(type, values) }

    private func told(_ changes: RowChanges, _ chunk: Chunk) throws -> [String] {
        try RowFeed(changes).rows(chunk).flatMap { rows in
            (0..<rows.count).map { "\(shown(rows.columns[1].value(at: $0))) \(shown(rows.columns[0].value(at: $0)))" }
        }
    }

    private func shown(_ value: Value) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .text(let text): text.string
        default: "null"
        }
    }

    @Test func `rows that go, come and change are told apart`() throws {
        let changes = RowChanges(newRow: 0..<1, file: 1, isWritten: 3, oldRow: 4..<5, returned: 5..<5)
        let chunk = Chunk(
            columns: [
                try column(.integer, [.integer(10), .integer(20), .null, .integer(40)]),
                try column(.varchar, [.text("f"), .text("g"), .text("f"), .null]),
                try column(.bigint, [.integer(0), .integer(0), .integer(1), .null]),
                try column(.boolean, [.boolean(true), .boolean(true), .boolean(false), .boolean(true)]),
                try column(.integer, [.integer(1), .integer(2), .integer(3), .null]),
            ], count: 4)
        #expect(
            try told(changes, chunk) == [
                "insert 40", "update_preimage 1", "update_preimage 2", "update_postimage 10", "update_postimage 20", "delete 3",
            ])
    }

    @Test func `where rows only go, or only change, there is one kind`() throws {
        let files = try column(.varchar, [.text("f"), .text("f")]), numbers = try column(.bigint, [.integer(4), .integer(5)])
        let old = try column(.integer, [.integer(1), .null])
        let gone = RowChanges(newRow: 0..<0, file: 0, oldRow: 2..<3, returned: 3..<3)
        #expect(try told(gone, Chunk(columns: [files, numbers, old], count: 2)) == ["delete 1", "delete null"])
        let changed = RowChanges(newRow: 0..<1, file: 1, oldRow: 3..<4, returned: 4..<4)
        let chunk = Chunk(columns: [try column(.integer, [.integer(7), .integer(8)]), files, numbers, old], count: 2)
        #expect(
            try told(changed, chunk) == ["update_preimage 1", "update_preimage null", "update_postimage 7", "update_postimage 8"])
    }
}
