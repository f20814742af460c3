/// A call of a file function as a table: paths, scan options, format options.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodeObjectStore
import LodePlan
import LodeTables

struct FileRelation {
    var function: FileFunction
    var call: FileFunctionCall
    var rejects: RejectTables

    func source(_ stores: StoreRegistry) throws(SQLError) -> any Relation {
        let paths = try call.paths(of: function)
        let files = try stores.expand(paths)
        let format = function.format
        var options = FormatOptions()
        var pathColumn: String?, numberColumn: String?, isHive: Bool?, unionByName = false, filesToSniff: Int?
        var partitionTypes: FormatOption?, findsPartitionTypes = true
        for (key, value) in call.named {
            switch key {
            case "filename": pathColumn = try Self.pathColumn(value)
            case "file_row_number": numberColumn = try Self.flag(key, value) ? key : nil
            case "hive_partitioning": isHive = try Self.flag(key, value)
            case "union_by_name": unionByName = try Self.flag(key, value)
            case "rejects_table":
                guard case .text(let table) = value else {
                    throw SQLError(.invalidParameterValue, "rejects_table must be the name of a table")
                }
                options.rejects = try rejects.collector(for: table.string)
            case "files_to_sniff":
                guard case .integer(let count) = value else {
                    throw SQLError(.invalidParameterValue, "files_to_sniff must be a whole number")
                }
                filesToSniff = count < 0 ? .max : Int(count)
            case "hive_types_autocast": findsPartitionTypes = try Self.flag(key, value)
            case "hive_types": partitionTypes = FormatOption(value)
            default: options.values[key] = FormatOption(value)
            }
        }
        try options.check(known: format.readOptions + FileFunction.scanOptions, format: format.name)
        if numberColumn != nil, !format.readsFields { throw .unsupported("file_row_number for \(format.name) files") }
        // Partition columns are taken from the paths if all files have the same key=value folders, or if that was asked for.
        let types = try partitionTypes.map { (option) throws(SQLError) in
            try FormatOptions(["hive_types": option]).fields("hive_types") ?? []
        }
        let hive =
            isHive == false
            ? nil
            : try HiveInference(paths: files.map(\.path), types: types ?? [], findsTypes: findsPartitionTypes, isWanted: isHive == true)
        if let types, let first = types.first, hive == nil {
            throw SQLError(
                .undefinedColumn, "hive_types names \"\(first.name)\", but the paths have no partition columns in common",
                hint: "Partition columns are folders such as \(first.name)=value that all files have.")
        }
        let data = files.enumerated().map { index, info in
            DataFile(path: info.path, size: info.size, partitionValues: hive?.values[index] ?? [], modifiedMicros: info.modifiedMicros)
        }
        return try FilesRelation.open(
            displayName: "\(call.name)('\(paths.joined(separator: "', '"))')", files: data, format: format, options: options,
            stores: stores, partitionFields: hive?.columns ?? [], filenameColumn: pathColumn,
            rowNumberColumn: numberColumn, unionByName: unionByName, filesToSniff: filesToSniff)
    }

    /// `filename = true` names the column `filename`; a string names it as it says.
    private static func pathColumn(_ value: Value) throws(SQLError) -> String? {
        switch value {
        case .boolean(let flag): return flag ? "filename" : nil
        case .text(let name): return name.string
        default: throw SQLError(.invalidParameterValue, "filename must be true, false or the name of a column")
        }
    }

    private static func flag(_ name: String, _ value: Value) throws(SQLError) -> Bool {
        switch value {
        case .boolean(let flag): return flag
        case .integer(let number): return number != 0
        case .text(let text) where ["true", "on", "yes"].contains(text.string.lowercased()): return true
        case .text(let text) where ["false", "off", "no"].contains(text.string.lowercased()): return false
        default: throw SQLError(.invalidParameterValue, "\(name) must be true or false")
        }
    }
}

extension FormatOption {
    /// From a constant of SQL; maps with text keys are `{name: value}`.
    init(_ value: Value) {
        switch value {
        case .list(let items): self = .list(items.map { FormatOption($0) })
        case .map(let entries):
            self = .named(
                entries.map { entry in
                    let key: String = if case .text(let text) = entry.key { text.string } else { "" }
                    return NamedOption(key, FormatOption(entry.value))
                })
        default: self = .value(value)
        }
    }
}
