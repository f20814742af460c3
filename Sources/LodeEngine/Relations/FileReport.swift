/// Table functions that tell of files: `sniff_csv('orders.csv')`. To add one: its file, and a line in `FileReports.all`.

import LodeCore
import LodeExecution
import LodeFormats
import LodeObjectStore
import LodePlan

/// Computes rows about a file: its dialect, its schema, its metadata.
///
/// A call takes one path or pattern, or a list of them, and options by name; its rows are those of all files, in their order.
/// They are computed when the call is bound, from the few bytes that describe a file.
protocol FileReport: FileFunctionEntry {
    /// The columns of every row.
    var schema: Schema { get }
    /// The options that it understands.
    var options: [String] { get }

    /// The rows about one file, with the values of `schema` in its order.
    /// - Throws: `22023` for wrong options, and what reading the file throws; the error then names the file.
    func rows(of file: any ObjectReader, _ options: FormatOptions) throws(SQLError) -> [[Value]]
}

/// All reports.
enum FileReports {
    static let all: [any FileReport] = [CSVReport()] + ParquetReport.all
}

extension FileReport {
    func source(_ call: FileFunctionCall, _ stores: StoreRegistry, _: RejectTables) throws(SQLError) -> any Relation {
        let paths = try call.paths(of: self)
        var options = FormatOptions()
        for (key, value) in call.named { options.values[key] = FormatOption(value) }
        try options.check(known: self.options, of: "function \(call.name)")
        var rows: [[Value]] = []
        for file in try stores.expand(paths) { rows += try self.rows(of: try stores.open(file.path), options) }
        return try ChunksRelation(displayName: "\(call.name)('\(paths.joined(separator: "', '"))')", schema: schema, rows: rows)
    }
}
