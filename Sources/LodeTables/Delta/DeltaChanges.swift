/// Which rows came and went between versions of a Delta table.

import LodeCore
import LodeVectors

/// Read commit by commit: from the files that were written for it where a commit has such, else from the files that came and went.
/// - Source: Delta PROTOCOL.md, "Change Data Files", "Reader Requirements for AddCDCFile".
struct DeltaChanges {
    /// The last version.
    private let end: DeltaSnapshot
    private let folder: DeltaFolder
    private let io: any TableIO
    private var feed: ChangeFeed
    private var vectors: SharedFiles
    /// A bitmap of the rows of a file must fit into memory.
    private static let mostRows = 1 << 31

    private init(_ end: DeltaSnapshot, _ io: any TableIO) {
        self.end = end
        folder = end.folder
        self.io = io
        vectors = SharedFiles(io)
        feed = ChangeFeed(end)
    }

    /// - Throws: `22023` for versions that are not there, `55000` where the table did not record changes.
    static func feed(
        of table: DeltaSnapshot, from start: TableTime, through last: TableTime?, _ io: any TableIO
    ) throws(SQLError) -> ChangeFeed {
        let folder = table.folder, history = DeltaHistory(try DeltaLogListing(folder.log, io), folder, io)
        let commits = history.commits.filter { $0.version <= table.version }
        let clock = try history.clock()
        var places: Range<Int>
        do throws(SQLError) {
            places = try ChangeRange.places(from: start, through: last, in: commits.map(\.version)) { (place) throws(SQLError) in
                try clock(commits[place].version, commits[place].micros)
            }
        } catch {
            throw error.within(folder.root)
        }
        guard let first = commits[places].first, let final = commits[places].last else { return ChangeFeed(table) }
        let start = try snapshot(folder, first.version, table, io)
        guard start.recordsChanges else { throw notRecorded(first.version, folder) }
        var changes = DeltaChanges(try snapshot(folder, final.version, table, io), io)
        for commit in commits[places] {
            try Cancellation.checkCurrent()
            try changes.read(commit.version, try clock(commit.version, commit.micros))
        }
        return changes.feed
    }

    private static func snapshot(
        _ folder: DeltaFolder, _ version: Int64, _ table: DeltaSnapshot, _ io: any TableIO
    ) throws(SQLError) -> DeltaSnapshot {
        if version == table.version { return table }
        guard let found = try DeltaFormat.snapshot(of: folder.root, at: .version(version), io) as? DeltaSnapshot else {
            throw .internalFault("a Delta table became another one")
        }
        return found
    }

    private static func notRecorded(_ version: Int64, _ folder: DeltaFolder) -> SQLError {
        SQLError(
            .objectNotInPrerequisiteState, "changes were not recorded for version \(version) of the Delta table", in: folder.root,
            detail: "Its property delta.enableChangeDataFeed was not true then.", hint: "DESCRIBE HISTORY tells when it was set.")
    }

    private mutating func read(_ version: Int64, _ micros: Int64) throws(SQLError) {
        let path = folder.logFile(DeltaLogListing.commitName(version))
        var adds: [DeltaAdd] = [], removes: [DeltaRemove] = [], files: [DeltaChangeFile] = [], isRecorded = true
        try DeltaActionReader.read(try io.read(path), path) { (action) throws(SQLError) in
            switch action {
            case .add(let add): if add.dataChange { adds.append(add) }
            case .remove(let remove): if remove.dataChange { removes.append(remove) }
            case .changeFile(let file): files.append(file)
            case .metadata(let metadata): isRecorded = DeltaProperties.isOn(DeltaProperties.changeDataFeed, metadata.configuration)
            case .protocolVersion, .domain, .commitInfo, .sidecar, .other: break
            }
        }
        guard isRecorded else { throw Self.notRecorded(version, folder) }
        do throws(SQLError) {
            if files.isEmpty { return try compare(removes, adds, version, micros) }
            for file in files {
                let add = DeltaAdd(path: file.path, partitionValues: file.partitionValues, size: file.size)
                feed.parts.append(.init(file: try end.bareFile(add), kind: nil, version: version, micros: micros))
            }
        } catch {
            throw error.place == nil ? error.within(path) : error
        }
    }

    /// A commit without files of its own for changes says by the files that come and go, and by their deletion vectors, which rows do.
    private mutating func compare(
        _ removes: [DeltaRemove], _ adds: [DeltaAdd], _ version: Int64, _ micros: Int64
    ) throws(SQLError) {
        var gone: [String: DeltaRemove] = [:]
        for remove in removes { gone[folder.dataFile(remove.path)] = remove }
        var came: [ChangeFeed.Part] = []
        func part(_ file: DataFile, _ kind: ChangeFeed.Kind) -> ChangeFeed.Part {
            ChangeFeed.Part(file: file, kind: kind, version: version, micros: micros)
        }
        for add in adds {
            let file = try end.bareFile(add)
            guard let remove = gone.removeValue(forKey: file.path) else {
                came.append(part(file, .insert))
                continue
            }
            guard let rowCount = file.rowCount else { throw JSONReader.corrupted("a file with a deletion vector has no numRecords") }
            guard rowCount <= Self.mostRows else {
                throw SQLError(.programLimitExceeded, "of a data file of \(rowCount) rows it is not told which were deleted")
            }
            let before = try rows(remove.vector, rowCount), after = try rows(add.vector, rowCount)
            for (rows, kind) in [(after.subtracting(before), ChangeFeed.Kind.delete), (before.subtracting(after), .insert)] {
                if rows.count == 0 { continue }
                var some = file
                some.deletes = RowDeletes(rows.complement(below: rowCount))
                came.append(part(some, kind))
            }
        }
        for (_, remove) in gone.sorted(by: { $0.key < $1.key }) {
            feed.parts.append(part(try end.bareFile(try described(remove, before: version)), .delete))
        }
        feed.parts += came
    }

    private mutating func rows(_ vector: DeltaVectorDescriptor?, _ rowCount: Int) throws(SQLError) -> RowPositions {
        guard let vector, vector.cardinality > 0 else { return RowPositions() }
        return try vector.vector(in: folder.root).positions(rowCount: rowCount) { (path, offset, count) throws(SQLError) in
            try vectors.read(path, offset: offset, count: count)
        }
    }

    /// A file that goes, as it was added: writers need not repeat that.
    private func described(_ remove: DeltaRemove, before version: Int64) throws(SQLError) -> DeltaAdd {
        var add = DeltaAdd(path: remove.path, size: remove.size ?? 0, statistics: remove.statistics, vector: remove.vector)
        if let values = remove.partitionValues {
            add.partitionValues = values
            return add
        }
        if end.partitionColumns.isEmpty { return add }
        let key = folder.key(remove.path, remove.vector)
        try Self.snapshot(folder, version - 1, end, io).adds { (known) throws(SQLError) in
            if folder.key(known.path, known.vector) == key { add = known }
        }
        return add
    }
}

extension DeltaSnapshot {
    var recordsChanges: Bool { DeltaProperties.isOn(DeltaProperties.changeDataFeed, metadata.configuration) }

    func changes(from start: TableTime, through end: TableTime?) throws(SQLError) -> ChangeFeed {
        try DeltaChanges.feed(of: self, from: start, through: end, io)
    }
}
