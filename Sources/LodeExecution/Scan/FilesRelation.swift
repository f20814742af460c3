/// A table of files: what a file function or a catalog table in FROM resolves to.

import LodeCore
import LodeFormats
import LodeObjectStore
import LodePlan
import LodeTables

/// Files of one format with one schema. Knows how to list them, and what their footers and the table's metadata tell.
///
/// The table's schema is matched with each file's by name: a column that a file lacks is NULL there, one of another type is
/// cast. Partition columns and `filename` are constants of each file.
package final class FilesRelation: Relation {
    package let displayName: String
    package let origins: [CatalogColumn]
    package let tableVersion: TableVersion?
    package let schema: Schema
    package let format: any FileFormat
    /// What every file is read with; `settled` tells of the columns that files of a file function have together.
    package let options: FormatOptions
    package let stores: StoreRegistry
    /// Aligned with the files' `partitionValues`.
    package let partitionFields: [Field]
    /// `filename` and `file_row_number`, where they were not asked for and nothing else is called so.
    package let hiddenFields: [Field]
    /// The virtual column with each file's path, if there is one; it is in `schema` or hidden.
    package let filenameColumn: String?
    /// The virtual column with each row's number in its file, if there is one; it is in `schema` or hidden.
    package let rowNumberColumn: String?
    /// How rows keep their numbers, which are in hidden columns; nil where they have none.
    package let lineage: RowLineage?
    /// How columns are found in the files.
    package let matching: ColumnMatching
    /// What is known of the table as a whole, before any file is listed.
    package let totals: TableStatistics?
    /// Whether all files are listed for estimates.
    private let listsForEstimates: Bool
    /// Whether a listing with a predicate rules out files of which nothing else tells that they can be.
    private let listsAgain: Bool
    /// What the table or the catalog has noted of columns, by name.
    private let note: (@Sendable ([String]) -> [String: ColumnStatistics])?
    /// Whether that costs no request to read.
    private let isNoteNear: Bool
    private let noted = Lock<[String: ColumnStatistics]?>(nil)
    private let list: @Sendable (ColumnPredicate?) throws(SQLError) -> FileListing
    private let known = Lock<Knowledge?>(nil)

    /// Footers that planning reads for estimates.
    private static let maxFooters = 16
    /// Of more files, metadata isn't asked one by one: workers open them faster together.
    private static let maxAskedFiles = 4_096

    private struct Knowledge {
        var listing: FileListing
        /// Files that were opened to learn of them, by path.
        var opened: [SQLText: any FileScan] = [:]
    }

    /// - Parameters:
    ///   - schema: all columns, partition columns and `filenameColumn` included.
    ///   - list: the files that could hold rows that pass a predicate; called at most once with nil, for estimates, and once a scan.
    package init(
        displayName: String, tableVersion: TableVersion? = nil, schema: Schema, format: any FileFormat,
        options: FormatOptions = FormatOptions(), stores: StoreRegistry, partitionFields: [Field] = [], filenameColumn: String? = nil,
        rowNumberColumn: String? = nil, hiddenFields: [Field] = [], lineage: RowLineage? = nil,
        matching: ColumnMatching = .name, totals: TableStatistics? = nil,
        origins: [CatalogColumn] = [], listsForEstimates: Bool = true, listsAgain: Bool = false,
        isNoteNear: Bool = false, note: (@Sendable ([String]) -> [String: ColumnStatistics])? = nil,
        list: @escaping @Sendable (ColumnPredicate?) throws(SQLError) -> FileListing
    ) {
        self.displayName = displayName
        self.tableVersion = tableVersion
        self.schema = schema
        self.format = format
        self.options = options
        self.stores = stores
        self.partitionFields = partitionFields
        self.filenameColumn = filenameColumn
        self.rowNumberColumn = rowNumberColumn
        self.hiddenFields = hiddenFields
        self.lineage = lineage
        self.matching = matching
        self.totals = totals
        self.origins = origins
        self.listsForEstimates = listsForEstimates
        self.listsAgain = listsAgain
        self.isNoteNear = isNoteNear
        self.note = note
        self.list = list
    }

    /// Files that are known already: the columns are those of the first, or of all of them together by name.
    ///
    /// The types are those that hold the values of all files that are looked at. Partition columns come after the files' own; where both
    /// have a column, the path decides. `rowNumberColumn` and `filenameColumn` are added last.
    /// - Throws: what opening a file throws.
    package static func open(
        displayName: String, files: [DataFile], format: any FileFormat, options: FormatOptions = FormatOptions(),
        stores: StoreRegistry, partitionFields: [Field] = [], filenameColumn: String? = nil, rowNumberColumn: String? = nil,
        unionByName: Bool = false, filesToSniff: Int? = nil
    ) throws(SQLError) -> FilesRelation {
        var options =
            files.count < 2
            ? options
            : try format.agreed(options, on: files.map(\.path), all: unionByName) { path throws(SQLError) in try stores.open(path) }
        let sniffed = unionByName ? files.count : min(files.count, max(1, filesToSniff ?? format.filesToSniff))
        var settling = SchemaSettling(
            mayLack: unionByName, sniffsTypes: format.isText && format.filesToSniff > 1, fallsBackToText: format.isText)
        var opened: [SQLText: any FileScan] = [:]
        var sibling: (any FileScan)?
        stores.willOpen(files.prefix(min(sniffed, maxFooters)).map(\.path))
        for (index, file) in files.prefix(sniffed).enumerated() {
            var own = options
            own.settled = settling.soFar
            let scan = try format.open(try stores.open(file.path), options: own, like: sibling)
            sibling = scan
            if index < maxFooters { opened[SQLText(file.path)] = scan }
            try settling.add(scan, file.path)
        }
        var fields = settling.fields
        options.settled = settling.settled
        // Those that were opened before another widened a column are opened again when they are read.
        if settling.sniffsTypes, files.count > 1 { opened = opened.filter { settling.agrees(with: $0.value) } }
        // Of files that were not opened, nobody knows whether they keep to it.
        if files.count > 1, !unionByName { for index in fields.indices { fields[index].nullable = true } }
        let partitions = Set(partitionFields.map { $0.name.lowercased() })
        fields.removeAll { partitions.contains($0.name.lowercased()) }
        fields += partitionFields
        if let rowNumberColumn { fields.append(Field(rowNumberColumn, .bigint, nullable: false)) }
        if let filenameColumn { fields.append(Field(filenameColumn, .varchar, nullable: false)) }
        let hidden = hiddenFields(format, shown: fields, filenameColumn, rowNumberColumn)
        let listing = FileListing(files: files, filesTotal: files.count)
        let source = FilesRelation(
            displayName: displayName, schema: Schema(fields), format: format, options: options, stores: stores,
            partitionFields: partitionFields, filenameColumn: filenameColumn ?? hidden.filename?.name,
            rowNumberColumn: rowNumberColumn ?? hidden.rowNumber?.name,
            hiddenFields: [hidden.filename, hidden.rowNumber].compactMap(\.self)
        ) { predicate throws(SQLError) in prune(listing, predicate, partitionFields) }
        let found = opened
        source.known.withLock { $0 = Knowledge(listing: listing, opened: found) }
        return source
    }

    private static func hiddenFields(
        _ format: any FileFormat, shown: [Field], _ filename: String?, _ rowNumber: String?
    ) -> (filename: Field?, rowNumber: Field?) {
        let schema = Schema(shown)
        let hidesName = filename == nil && schema.index(of: "filename") == nil
        let hidesNumber = rowNumber == nil && format.readsFields && schema.index(of: "file_row_number") == nil
        return (
            hidesName ? Field("filename", .varchar, nullable: false) : nil,
            hidesNumber ? Field("file_row_number", .bigint, nullable: false) : nil
        )
    }

    /// What the column of paths says of a file: of one from a web server, without what lets anybody read it.
    static func shownPath(_ file: DataFile) -> SQLText {
        SQLText(file.path.hasPrefix("http") ? SignedURL.hidden(in: file.path) : file.path)
    }

    /// The column at a position of a scan's output, hidden ones included.
    func field(_ index: Int) -> Field { index < schema.count ? schema.fields[index] : hiddenFields[index - schema.count] }

    func lineagePart(_ column: String) -> ScanPlan.LineagePart? {
        guard let lineage else { return nil }
        return column == lineage.id.name ? .id : column == lineage.change.name ? .change : nil
    }

    package var readsFields: Bool { format.readsFields }
    package var partitionColumns: Set<String> { Set(partitionFields.map(\.name)) }

    /// The files that a scan with this necessary condition must read.
    package func files(_ predicate: ColumnPredicate?) throws(SQLError) -> FileListing {
        // A listing of everything that is at hand already need not be made again, unless another one would be shorter.
        if predicate == nil || predicate == .anything || !listsAgain, let whole = known.withLock({ $0?.listing }) {
            return Self.prune(whole, predicate, partitionFields)
        }
        return Self.prune(try list(predicate), predicate, partitionFields)
    }

    /// Opens a file, or gives the one that planning opened.
    package func open(_ file: DataFile, like sibling: (any FileScan)?) throws(SQLError) -> any FileScan {
        if let scan = known.withLock({ $0?.opened[SQLText(file.path)] }) { return scan }
        return try self.format(of: file).open(try stores.open(file.path), options: options, like: sibling)
    }

    /// Says that a file will be opened soon.
    /// - Parameter arrived: called once, when whoever opens it need not wait; perhaps at once. It must not wait.
    func willOpen(_ file: DataFile, _ arrived: @escaping @Sendable () -> Void) {
        if isOpen(file) { arrived() } else { stores.willOpen(file.path, arrived) }
    }

    /// Whether planning has opened a file.
    func isOpen(_ file: DataFile) -> Bool { known.withLock { $0?.opened[SQLText(file.path)] } != nil }

    /// The first of all files, if they are known.
    var firstFile: DataFile? { known.withLock { $0?.listing.files.first } }

    private func format(of file: DataFile) throws(SQLError) -> any FileFormat {
        guard let name = file.fileFormat else { return format }
        do throws(SQLError) { return try FileFormats.reading(name) } catch { throw error.within(file.path) }
    }

    private static func prune(_ listing: FileListing, _ predicate: ColumnPredicate?, _ partitions: [Field]) -> FileListing {
        guard let predicate, predicate != .anything else { return listing }
        var result = listing
        var keptPartitions: Set<[Value]> = [], allPartitions: Set<[Value]> = []
        result.files = listing.files.filter { file in
            allPartitions.insert(file.partitionValues)
            let isInside = PartitionPruning.mayMatch(predicate, file.partitionColumns ?? partitions, file.partitionValues)
            if isInside { keptPartitions.insert(file.partitionValues) }
            return isInside && (file.statistics.isEmpty || predicate.mayMatch { name in file.statistics[name] })
        }
        result.filesPruned += listing.files.count - result.files.count
        if !partitions.isEmpty {
            result.partitionsTotal = max(result.partitionsTotal, allPartitions.count)
            result.partitionsPruned += allPartitions.count - keptPartitions.count
        }
        return result
    }

    // MARK: Estimates

    private func knowledge() -> Knowledge? {
        if let known = known.withLock({ $0 }) { return known }
        // Estimates are worth a listing; a listing that fails will fail again when the scan needs it, and be reported then.
        guard listsForEstimates, let listing = try? list(nil) else { return nil }
        let fresh = Knowledge(listing: listing)
        return known.withLock { current in
            if let current { return current }
            current = fresh
            return fresh
        }
    }

    /// Opens files until enough of their footers are known.
    private func sampled() -> Knowledge? {
        guard let start = knowledge() else { return nil }
        if start.opened.count >= min(Self.maxFooters, start.listing.files.count) { return start }
        var found = start
        var sibling = start.opened.values.first
        let unknown = start.listing.files.lazy.map(\.path).filter { start.opened[SQLText($0)] == nil }
        stores.willOpen(unknown.prefix(Self.maxFooters - start.opened.count))
        for file in start.listing.files where found.opened.count < Self.maxFooters && found.opened[SQLText(file.path)] == nil {
            guard let scan = try? format(of: file).open(try stores.open(file.path), options: options, like: sibling) else { continue }
            sibling = scan
            found.opened[SQLText(file.path)] = scan
        }
        let result = found
        return known.withLock { current in
            current = result
            return result
        }
    }

    package func readStatistics(of columns: [Int]) -> RelationStatistics {
        var result = RelationStatistics(rowCount: rowCount)
        for column in columns { result.columns[column] = statistics(column) }
        return result
    }

    package func estimates(of columns: [Int], asking: Bool) -> RelationStatistics {
        var result = readStatistics(of: columns)
        guard let note, asking || isNoteNear else { return result }
        let names = columns.filter { schema.fields.indices.contains($0) }.map { schema.fields[$0].name }
        // The catalog is asked once a statement, however often the table is scanned.
        let known = noted.withLock { noted in
            let found = noted ?? note(names)
            noted = found
            return found
        }
        for column in columns where schema.fields.indices.contains(column) {
            guard let told = known[schema.fields[column].name] else { continue }
            result.columns[column] = result.columns[column]?.completed(by: told) ?? told
        }
        return result
    }

    private var rowCount: Double? {
        if let rows = totals?.rowCount { return Double(rows) }
        guard let known = knowledge() else { return nil }
        if known.listing.files.allSatisfy({ $0.liveRowCount != nil }) {
            return known.listing.files.reduce(0.0) { $0 + Double($1.liveRowCount ?? 0) }
        }
        guard let known = sampled() else { return nil }
        var rows = 0.0, bytes = 0.0, total = 0.0
        for file in known.listing.files {
            total += Double(file.size)
            guard let count = file.rowsLeft(of: file.rowCount ?? known.opened[SQLText(file.path)]?.rowCount) else { continue }
            rows += Double(count)
            bytes += Double(file.size)
        }
        if bytes > 0 { return rows * total / bytes }
        // Text files tell nothing of their rows; a hundred bytes each is as good a guess as any.
        return total / 100
    }

    private func statistics(_ column: Int) -> ColumnStatistics? {
        guard schema.fields.indices.contains(column) else { return nil }
        let name = schema.fields[column].name
        guard let known = sampled() else { return totals?.columns[name] }
        if let place = partitionFields.firstIndex(where: { $0.name == name }) { return partitionStatistics(place, known.listing) }
        var parts: [ColumnStatistics] = []
        for file in known.listing.files {
            guard let part = statistics(of: name, schema.fields[column].type, in: file, known) else { return nil }
            parts.append(part)
        }
        return ColumnStatistics.merged(parts)
    }

    private func statistics(of name: String, _ type: SQLType, in file: DataFile, _ known: Knowledge) -> ColumnStatistics? {
        if let scan = known.opened[SQLText(file.path)], let index = position(of: name, in: scan) {
            return scan.schema.fields[index].type == type ? scan.statistics(index) : nil
        }
        return file.statistics[name]
    }

    package func fileMetadata() -> [any FileMetadata]? {
        guard let listing = knowledge()?.listing, listing.files.count <= Self.maxAskedFiles else { return nil }
        return listing.files.map { KnownFile(self, $0) }
    }

    private func partitionStatistics(_ place: Int, _ listing: FileListing) -> ColumnStatistics? {
        var minimum: Value?, maximum: Value?
        var distinct: Set<Value> = []
        for file in listing.files {
            // Where a file is not partitioned by the column, its values are not known.
            guard let value = file.partitionValue(of: partitionFields[place].name, partitionFields) else { return nil }
            distinct.insert(value)
            if value.isNull { continue }
            if minimum.map({ (Value.compare(value, $0) ?? 1) < 0 }) ?? true { minimum = value }
            if maximum.map({ (Value.compare(value, $0) ?? -1) > 0 }) ?? true { maximum = value }
        }
        return ColumnStatistics(minimum: minimum, maximum: maximum, distinctCount: distinct.count)
    }
}
