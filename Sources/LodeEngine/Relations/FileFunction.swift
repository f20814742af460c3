/// Table functions that read files: `read_csv('a/*.csv', header = true)`.

import LodeCore
import LodeFormats
import LodeObjectStore
import LodePlan

/// The functions that read files of one format.
struct FileFunction: FileFunctionEntry {
    let format: any FileFormat

    var names: [String] { format.functions }
    var summary: String { format.summary }
    var example: String { format.example }

    static let all: [FileFunction] = FileFormats.all.map { FileFunction(format: $0) }

    func source(_ call: FileFunctionCall, _ stores: StoreRegistry, _ rejects: RejectTables) throws(SQLError) -> any Relation {
        try FileRelation(function: self, call: call, rejects: rejects).source(stores)
    }

    /// Options that the scan of many files understands, whatever their format.
    static let scanOptions = [
        "filename", "file_row_number", "hive_partitioning", "union_by_name", "rejects_table", "hive_types", "hive_types_autocast",
        "files_to_sniff",
    ]
}
