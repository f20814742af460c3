/// Bad rows that readers leave out, on their way into the tables that `rejects_table` names.

import LodeCore
import LodeFormats
import Synchronization

/// The rejects of one statement, by table. They are stored when the statement succeeds, in the same commit as what it wrote.
final class RejectTables: Sendable {
    private let collectors = Mutex<[(table: String, collector: RejectCollector)]>([])

    /// The columns of every rejects table.
    static let schema = Schema([
        Field("file", .varchar), Field("line", .bigint), Field("byte_offset", .bigint), Field("column_name", .varchar),
        Field("error_code", .varchar), Field("error_message", .varchar), Field("raw_line", .varchar), Field("rejected_at", .timestamptz),
    ])

    /// Takes the rows for `table`.
    func collector(for table: String) -> any RejectSink {
        collectors.withLock { all in
            if let known = all.first(where: { $0.table == table }) { return known.collector }
            let fresh = RejectCollector()
            all.append((table, fresh))
            return fresh
        }
    }

    /// What was rejected so far, by table, as rows of `schema`.
    func rows(at micros: Int64) -> [(table: String, rows: [[Value]])] {
        collectors.withLock { $0 }.map { entry in
            let rows = entry.collector.rows.map { row -> [Value] in
                [
                    .text(row.file), .integer(Int64(row.line)), .integer(Int64(row.byteOffset)), row.column.map { .text($0) } ?? .null,
                    .text(row.state), .text(row.message), .text(row.text), .timestamp(micros),
                ]
            }
            return (entry.table, rows)
        }
    }

    var isEmpty: Bool { collectors.withLock { $0.isEmpty } }
}

/// Rejected rows of all workers, in memory: bounded, since a file of nothing but bad rows is a wrong option, not dirty data.
final class RejectCollector: RejectSink {
    static let mostRows = 1_000_000
    private let held = Mutex<[RejectedRow]>([])

    var rows: [RejectedRow] {
        held.withLock { $0 }.sorted { ($0.file, $0.line) < ($1.file, $1.line) }
    }

    func reject(_ row: RejectedRow) {
        held.withLock { if $0.count < Self.mostRows { $0.append(row) } }
    }
}
