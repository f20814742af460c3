/// Avro as a format of the data files of tables.

import LodeCore
import LodeObjectStore

/// Files are read as a whole: what tables keep as Avro are rows that were just written, or few.
package struct AvroFormat: FileFormat {
    package init() {}

    package var name: String { "avro" }
    package var aliases: [String] { [] }
    package var extensions: [String] { ["avro"] }
    package var isText: Bool { false }
    package var functions: [String] { [] }
    package var summary: String { "The records of Avro files." }
    package var example: String { "" }
    package var hadoop: HadoopClasses { HadoopClasses(words: ["avro"], inputFormats: [], outputFormats: [], serdes: []) }
    package var readOptions: [String] { [] }
    package var writeOptions: [String] { [] }

    package func open(
        _ object: any ObjectReader, options: FormatOptions, like sibling: (any FileScan)?
    ) throws(SQLError) -> any FileScan {
        do throws(SQLError) { return try AvroScan(object) } catch { throw error.place == nil ? error.within(object.path) : error }
    }

    package func create(_ object: any ObjectWriter, schema: Schema, options: FormatOptions) throws(SQLError) -> any FileWriter {
        throw .unsupported("writing Avro files")
    }
}
