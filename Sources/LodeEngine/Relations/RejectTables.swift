/// Bad rows that readers leave out, on their way into the tables that `rejects_table` names.

import LodeCatalog
import LodeCore
import LodeFormats

/// The rejects of one statement, by table. They become rows of the tables when the statement succeeds, in the same commit as what it wrote.
final class RejectTables: Sendable {
    private let collectors = Lock<[RejectCollector]>([])
    private let engine: Engine
    private let currentSchema: String
    private let codec: String
    private let rejectedAt: Int64
    private let memory: MemoryBudget

    /// The columns of every rejects table.
    static let schema = Schema([
        Field("file", .varchar), Field("line", .bigint), Field("byte_offset", .bigint), Field("column_name", .varchar),
        Field("error_code", .varchar), Field("error_message", .varchar), Field("raw_line", .varchar), Field("rejected_at", .timestamptz),
    ])

    init(_ session: Session, memory: MemoryBudget) {
        self.memory = memory
        engine = session.engine
        currentSchema = session.currentSchema
        codec = session.settings["parquet_compression"]
        rejectedAt = Engine.nowMicros()
    }

    /// Takes the rows for the table called `name`.
    /// - Throws: `42602` for a name that no table can have.
    func collector(for name: String) throws(SQLError) -> any RejectSink {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { String($0).lowercased() }
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw SQLError(.invalidName, "improper name of a rejects table: \(name)", hint: "Write table or schema.table.")
        }
        let table = TableName(parts.count == 2 ? parts[0] : currentSchema, parts[parts.count - 1])
        return collectors.withLock { all in
            if let known = all.first(where: { $0.table == table }) {
                known.addReader()
                return known
            }
            let fresh = RejectCollector(table, engine, memory, codec: codec, rejectedAt: rejectedAt)
            all.append(fresh)
            return fresh
        }
    }

    /// One for each table.
    var all: [RejectCollector] { collectors.withLock { $0 } }
}
