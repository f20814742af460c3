// A session over a warehouse of its own, whose results are read as text.

import Foundation
import GlueDouble
import LodeCatalog
import LodeCore
import LodeObjectStore
import LodeVectors

@testable import LodeEngine

/// A session in a fresh folder, which goes with it.
final class ScratchSession {
    let session: Session
    let folder: String

    /// - Parameters:
    ///   - warehouse: one in another store, whose catalog lies in the folder.
    ///   - format: of tables that name none.
    init(
        threads: Int = 2, stores: StoreRegistry = StoreRegistry(), attached: AttachedCatalogs = AttachedCatalogs(),
        warehouse: String? = nil, format: String? = nil
    ) throws {
        folder = NSTemporaryDirectory() + "lode-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let catalog = warehouse == nil ? nil : folder + "/catalog.sqlite"
        session = Session(
            engine: Engine(
                warehouse: warehouse ?? folder + "/lakehouse", catalogFile: catalog, stores: stores, attached: attached))
        try session.settings.set("threads", String(threads))
        // How much of what is tested holds for tables of another format.
        if let format = format ?? ProcessInfo.processInfo.environment["LODE_TEST_TABLE_FORMAT"] {
            try session.settings.set("default_table_format", format)
        }
    }

    /// One that attaches this Glue by CREATE CATALOG … USING glue, where tables are folders of Parquet unless they say otherwise.
    convenience init(glue: StubGlue, stores: StoreRegistry = StoreRegistry()) throws {
        try self.init(stores: stores, attached: AttachedCatalogs(glue: { _, _ in glue }), format: "parquet")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The rows of the last statement of `sql`: values as text, NULL as "NULL". `{folder}` stands for the scratch folder.
    @discardableResult
    func rows(_ sql: String) throws -> [[String]] {
        let sink = TextRows()
        _ = try session.executeAll(sql.replacingOccurrences(of: "{folder}", with: folder), into: sink)
        return sink.rows
    }

    /// The folder of a table.
    func folder(of table: String) throws -> String {
        let found = try session.catalog.table(TableName("main", table))
        return StorePath.plain(found?.storageDescriptor.location ?? "")
    }

    /// What the statements of `sql` say that went well.
    func notices(_ sql: String) throws -> [String] { try session.executeAll(sql, into: TextRows()).flatMap(\.notices) }

    /// The error that `sql` ends with.
    func error(_ sql: String) -> SQLError? {
        do {
            try rows(sql)
            return nil
        } catch { return error as? SQLError }
    }
}

/// Keeps the rows of the latest result.
final class TextRows: ResultSink {
    private(set) var rows: [[String]] = []
    private(set) var fields: [Field] = []

    func begin(_ columns: [Field]) throws(SQLError) {
        fields = columns
        rows = []
    }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        let texts = chunk.columns.map { ValueText($0) }
        let scratch = try ByteSink()
        for row in 0..<chunk.count {
            var cells: [String] = []
            for (index, text) in texts.enumerated() {
                if chunk.columns[index].isNull(row) {
                    cells.append("NULL")
                    continue
                }
                scratch.truncate()
                try text.append(row, to: scratch)
                cells.append(scratch.string)
            }
            rows.append(cells)
        }
        return true
    }
}
