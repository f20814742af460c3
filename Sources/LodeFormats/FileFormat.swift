/// The formats that files can have. To add one: its folder, and a line in `FileFormats.all`.

import LodeCore
import LodeObjectStore
import LodeVectors

/// A file format by its name: how to open a file of it, how to write one, and which options it takes.
package protocol FileFormat: Sendable {
    /// As in `COPY … (FORMAT csv)`, `STORED AS`, `read_<name>`.
    var name: String { get }
    /// Other names that users write.
    var aliases: [String] { get }
    /// File name endings, without the dot; `.gz` and `.zst` may follow where `isText`.
    var extensions: [String] { get }
    var isText: Bool { get }
    /// Whether fields of structs are read by themselves, and rows have numbers.
    var readsFields: Bool { get }
    /// The table functions that read files of the format; messages name the first.
    var functions: [String] { get }
    /// What they give, and a call of one, for help.
    var summary: String { get }
    var example: String { get }
    /// How Hive, Glue and Athena call the format.
    var hadoop: HadoopClasses { get }
    /// The options that reading and writing understand.
    var readOptions: [String] { get }
    var writeOptions: [String] { get }

    /// Files of a set that are opened to settle the types of columns.
    var filesToSniff: Int { get }

    /// Opens a file: reads (or sniffs) its schema.
    ///
    /// `sibling` is a file of the same set and options that was opened before: what was sniffed there holds here too, if the
    /// file does not contradict it.
    /// - Throws: `22023` for wrong options, `XX001` or `22P04` for a file that is not of this format.
    func open(
        _ object: any ObjectReader, options: FormatOptions, like sibling: (any FileScan)?
    ) throws(SQLError) -> any FileScan

    /// The options with which all files of a set are read alike: where types are found out from values, those of all files count.
    ///
    /// `all` asks for a look at every file, not at the first ones only.
    func agreed(
        _ options: FormatOptions, on paths: [String], all: Bool, opening open: (String) throws(SQLError) -> any ObjectReader
    ) throws(SQLError) -> FormatOptions

    /// Starts a file of rows of `schema`.
    func create(_ object: any ObjectWriter, schema: Schema, options: FormatOptions) throws(SQLError) -> any FileWriter

    /// Rows that are best written as one block.
    /// - Throws: `22023` for wrong options.
    func blockRows(schema: Schema, options: FormatOptions) throws(SQLError) -> Int
}

extension FileFormat {
    package var readsFields: Bool { false }
    package var filesToSniff: Int { 1 }

    /// Files that tell their types need no agreement.
    package func agreed(
        _ options: FormatOptions, on paths: [String], all: Bool, opening open: (String) throws(SQLError) -> any ObjectReader
    ) throws(SQLError) -> FormatOptions { options }

    package func open(_ object: any ObjectReader, options: FormatOptions = FormatOptions()) throws(SQLError) -> any FileScan {
        try open(object, options: options, like: nil)
    }

    package func blockRows(schema: Schema, options: FormatOptions) throws(SQLError) -> Int { 8 * Chunk.capacity }
}

/// All formats.
package enum FileFormats {
    package static let parquet = ParquetFormat()
    package static let csv = CSVFormat()
    package static let json = JSONFormat()
    /// Of files that a table names only.
    package static let avro = AvroFormat()

    package static let all: [any FileFormat] = [parquet, csv, json]

    /// The format that is called `name`.
    /// - Throws: `22023` if there is none.
    package static func named(_ name: String) throws(SQLError) -> any FileFormat {
        let folded = name.lowercased()
        if let format = all.first(where: { $0.name == folded || $0.aliases.contains(folded) }) { return format }
        let known = all.map(\.name)
        throw SQLError(
            .invalidParameterValue, "unknown file format \"\(name)\"", detail: "Known formats: \(known.joined(separator: ", ")).",
            hint: NearestName.find(folded, among: all.flatMap { [$0.name] + $0.aliases }).map { "Did you mean \"\($0)\"?" })
    }

    /// The format in which a table says that a file of it is written.
    /// - Throws: `0A000` if Lode does not read it.
    package static func reading(_ name: String) throws(SQLError) -> any FileFormat {
        let folded = name.lowercased()
        guard let format = (all + [avro]).first(where: { $0.name == folded }) else {
            throw .unsupported("reading a file in \(name.uppercased())")
        }
        return format
    }

    /// The format that a file's name ends in; nil if none does.
    package static func forPath(_ path: String) -> (any FileFormat)? {
        // What follows the question mark of a URL is no part of its name.
        let path =
            ["http://", "https://"].contains { path.lowercased().hasPrefix($0) } ? String(path.prefix { $0 != "?" && $0 != "#" }) : path
        var parts =
            path.lowercased().split(separator: "/", omittingEmptySubsequences: true).last?.split(separator: ".").map(String.init) ?? []
        guard parts.count > 1, var ending = parts.popLast() else { return nil }
        let isPacked = ending == "gz" || ending == "gzip" || ending == "zst" || ending == "zstd"
        if isPacked {
            guard parts.count > 1, let before = parts.popLast() else { return nil }
            ending = before
        }
        return all.first { $0.extensions.contains(ending) && (!isPacked || $0.isText) }
    }
}
