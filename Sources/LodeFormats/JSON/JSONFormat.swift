/// JSON as a file format.

import LodeCore
import LodeObjectStore

/// Newline-delimited JSON, arrays of objects, and objects one after another.
package struct JSONFormat: FileFormat {
    package init() {}

    package var name: String { "json" }
    package var aliases: [String] { ["jsonl", "ndjson"] }
    package var extensions: [String] { ["json", "jsonl", "ndjson"] }
    package var isText: Bool { true }
    package var functions: [String] { ["read_json", "read_json_auto", "read_ndjson"] }
    package var summary: String { "The objects of JSON files." }
    package var example: String { "FROM read_json('events.jsonl.gz')" }
    package var hadoop: HadoopClasses {
        HadoopClasses(
            words: ["jsonfile"], inputFormats: HadoopClasses.textInput, outputFormats: HadoopClasses.textOutput,
            serdes: [
                "org.openx.data.jsonserde.JsonSerDe", "org.apache.hive.hcatalog.data.JsonSerDe", "org.apache.hadoop.hive.serde2.JsonSerDe",
            ],
            options: ["ignore.malformed.json": "ignore_errors"],
            givens: [
                "serialization.format": ["1"], "case.insensitive": ["true", "TRUE"], "dots.in.keys": ["false", "FALSE"],
                "serialization.encoding": ["UTF-8", "utf-8", "UTF8"],
            ])
    }
    package var readOptions: [String] { JSONReadOptions.names }
    package var writeOptions: [String] { JSONWriteOptions.names }

    package func open(
        _ object: any ObjectReader, options: FormatOptions, like sibling: (any FileScan)?
    ) throws(SQLError) -> any FileScan {
        let read = try JSONReadOptions(options)
        do {
            return JSONScan(object, read, try JSONSniffer(object, read).profile())
        } catch { throw error.place == nil ? error.within(object.path) : error }
    }

    package func agreed(
        _ options: FormatOptions, on paths: [String], all: Bool, opening open: (String) throws(SQLError) -> any ObjectReader
    ) throws(SQLError) -> FormatOptions {
        let read = try JSONReadOptions(options)
        guard paths.count > 1, read.columns == nil else { return options }
        let sampled = all ? paths[...] : paths.prefix(read.sampleFiles)
        let search = try JSONTypeSearch(read)
        for path in sampled {
            do {
                try JSONSniffer(open(path), read).sample(search, rows: max(read.sampleRows / sampled.count, min(read.sampleRows, 1024)))
            } catch { throw error.place == nil ? error.within(path) : error }
        }
        let (records, columns) = JSONSniffer.columns(search, read)
        var agreed = options
        agreed.values["records"] = .value(.boolean(records))
        agreed.values["columns"] = .fields(columns)
        agreed.values["keys"] = .named(search.renamedKeys(records ? nil : "json").map { .init($0.key, .value(.text($0.value))) })
        // The columns are still what sniffing found.
        agreed.values["auto_detect"] = .value(.boolean(true))
        return agreed
    }

    package func create(_ object: any ObjectWriter, schema: Schema, options: FormatOptions) throws(SQLError) -> any FileWriter {
        let write = try JSONWriteOptions(options)
        let file = try TextFile(
            object, compression: write.compression, separator: write.isArray ? .init(open: "[\n", between: ",\n", close: "\n]\n") : nil)
        return TextFileWriter(file, columns: schema.count) { file throws(SQLError) in try JSONWriterLane(file, schema, write) }
    }
}
