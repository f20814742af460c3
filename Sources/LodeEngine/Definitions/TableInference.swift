/// What lies in a folder, found out as a crawler does: for an external table that declares no columns.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodeObjectStore
import LodeTables

struct TableInference {
    let location: String
    let stores: StoreRegistry
    /// Whether the table will be in a catalog whose tables are Hive's: the SerDe then finds nothing out, and there are Hive's types only.
    let isHive: Bool

    /// At most so many files are opened: the first ones and the last ones.
    private static let mostFiles = 256

    /// What was found out.
    struct Found {
        var format: any FileFormat
        /// Without the partition columns.
        var columns: [Field]
        /// In the order of their folders.
        var partitions: [Field]
        /// Options of readers.
        var properties: [String: String] = [:]
        var serde: String?
    }

    /// - Parameters:
    ///   - options: what the statement says; it holds.
    ///   - declared: partition columns with their types.
    /// - Throws: `58P01` if there are no files, `42P16` if they are of several formats or in folders that differ.
    ///   - named: the names of partition columns that were given.
    func find(_ options: TableOptions, declared: [Field], named: [String]) throws(SQLError) -> Found {
        let files = try self.files()
        guard let first = files.first else {
            throw SQLError(
                .undefinedFile, "there are no files to find the columns in", in: location, hint: "Declare the columns: (name type, …).")
        }
        let format: any FileFormat
        if let given = options.format { format = given } else { format = try self.format(of: files) }
        var found = Found(format: format, columns: [], partitions: try partitions(of: files, declared, named))
        if format.name == FileFormats.csv.name {
            found.properties = try dialect(of: first.path, options.properties)
            if isHive, options.serde == nil { found.serde = try serde(of: first.path, &found.properties) }
        }
        let known = Set(format.readOptions), given = options.properties.merging(found.properties) { given, _ in given }
        let read = FormatOptions(given.filter { known.contains($0.key) }.mapValues { .value(.text(SQLText($0))) })
        let half = Self.mostFiles / 2
        let sample = files.count > Self.mostFiles ? Array(files.prefix(half) + files.suffix(half)) : files
        let relation = try FilesRelation.open(
            displayName: location, files: sample, format: format, options: read, stores: stores, unionByName: true)
        let keys = Set(found.partitions.map { $0.name.lowercased() })
        found.columns = relation.schema.fields.filter { !keys.contains($0.name.lowercased()) }.map { field in
            Field(name(field.name), type(of: field, found))
        }
        found.partitions = found.partitions.map { Field(name($0.name), $0.type) }
        return found
    }

    /// Hive's names are in lower case.
    private func name(_ name: String) -> String { isHive ? name.lowercased() : name }

    private func files() throws(SQLError) -> [DataFile] {
        let (store, folder) = try stores.resolve(location), root = StorePath.withoutTrailingSlash(folder)
        var found: [DataFile] = []
        try store.list(folder, recursive: true) { info throws(SQLError) in
            let parts = info.path.dropFirst(root.count).split(separator: "/")
            if info.size > 0, !parts.contains(where: { HivePath.isHidden($0) }) {
                found.append(DataFile(path: info.path, size: info.size, modifiedMicros: info.modifiedMicros))
            }
            return true
        }
        return found.sorted { $0.path < $1.path }
    }

    /// By the files' names or, if these don't tell, by how the first one begins.
    private func format(of files: [DataFile]) throws(SQLError) -> any FileFormat {
        var names: [String: String] = [:]
        for file in files { if let format = FileFormats.forPath(file.path) { names[format.name] = file.path } }
        if names.count > 1 {
            let examples = names.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
            throw SQLError(
                .invalidTableDefinition, "the files are of several formats", in: location, detail: examples,
                hint: "Name the one that is meant (USING parquet), and put the others elsewhere.")
        }
        if let name = names.first?.key { return try FileFormats.named(name) }
        let object = try stores.open(files[0].path), start = try object.read(offset: 0, count: min(object.size, 512))
        if start.starts(with: "PAR1".utf8) { return FileFormats.parquet }
        let visible = start.first { !" \t\r\n".utf8.contains($0) }
        return visible == UInt8(ascii: "{") || visible == UInt8(ascii: "[") ? FileFormats.json : FileFormats.csv
    }

    // MARK: Partitions

    private func partitions(of files: [DataFile], _ declared: [Field], _ named: [String]) throws(SQLError) -> [Field] {
        let root = StorePath.withoutTrailingSlash(try stores.resolve(location).path)
        let paths = files.map { String($0.path.dropFirst(root.count)) }
        let order = HivePath.pairs(inPath: paths[0]).map { $0.key.lowercased() }
        guard let inferred = try HiveInference(paths: paths) else {
            if order.isEmpty, named.isEmpty { return [] }
            throw SQLError(
                .invalidTableDefinition, "the files don't lie in the same key=value folders", in: location,
                hint: "Declare the columns, and the partition columns: PARTITIONED BY (…).")
        }
        let columns = inferred.columns.sorted { a, b in
            (order.firstIndex(of: a.name.lowercased()) ?? 0) < (order.firstIndex(of: b.name.lowercased()) ?? 0)
        }
        for name in named where !columns.contains(where: { $0.name.lowercased() == name.lowercased() }) {
            throw SQLError(
                .undefinedColumn, "partition column \"\(name)\" does not exist", in: location,
                detail: "The folders have: \(columns.map(\.name).joined(separator: ", ")).")
        }
        return columns.map { column in declared.first { $0.name.lowercased() == column.name.lowercased() } ?? column }
    }

    // MARK: Text

    /// How the first file is written, unless it was said.
    private func dialect(of path: String, _ given: [String: String]) throws(SQLError) -> [String: String] {
        let known = Set(FileFormats.csv.readOptions)
        let options = FormatOptions(given.filter { known.contains($0.key) }.mapValues { .value(.text(SQLText($0))) })
        let dialect = try FileFormats.csv.profile(try stores.open(path), options: options).dialect
        func text(_ byte: UInt8?) -> String { byte.map { String(Character(Unicode.Scalar($0))) } ?? "" }
        var found = ["delim": String(decoding: dialect.delimiter, as: UTF8.self), "header": String(dialect.hasHeader)]
        found["quote"] = text(dialect.quote)
        found["escape"] = text(dialect.escape)
        if dialect.skippedLines > 0 { found["skip"] = String(dialect.skippedLines) }
        return found
    }

    /// The SerDe that reads files like the first one: quotes in it decide.
    private func serde(of path: String, _ properties: inout [String: String]) throws(SQLError) -> String {
        let object = try stores.open(path), start = try object.read(offset: 0, count: min(object.size, 1 << 20))
        let isPacked = start.starts(with: [0x1F, 0x8B]) || start.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
        let hasQuotes = properties["quote"]?.utf8.first.map { isPacked || start.contains($0) } ?? false
        if !hasQuotes {
            (properties["quote"], properties["escape"]) = (nil, nil)
            return HadoopClasses.lazySimple
        }
        // Doubled quotes are understood anyhow, and Hive wants the two to differ.
        if properties["escape"] == properties["quote"] { properties["escape"] = nil }
        return HadoopClasses.openCSV
    }

    /// The nearest of Hive's types.
    private func type(of field: Field, _ found: Found) -> SQLType {
        if !isHive { return field.type }
        let isQuoted = found.serde == HadoopClasses.openCSV
        func near(_ type: SQLType) -> SQLType {
            switch type {
            case .date, .timestamp: isQuoted ? .varchar : type
            case .timestamptz, .timestampNanos, .timestamptzNanos: isQuoted ? .varchar : .timestamp
            case .json, .uuid, .time, .interval, .null: .varchar
            case .list(let element): .list(near(element))
            case .structure(let fields): .structure(fields.map { Field($0.name, near($0.type)) })
            case .map(let key, let value): .map(key: near(key), value: near(value))
            default: type
            }
        }
        return near(field.type)
    }
}
