/// Which rows came and went between versions of a table.

import LodeCore

/// The files that hold these rows. What `TableSnapshot.changes` gives, whatever the format:
///
///     version   file of the version before    file of the version    parts
///     n         –                             a                      insert: a
///               b                             –                      delete: b
///               c, rows deleted: 1            c, rows deleted: 1, 7  delete: row 7 of c
///               files written for it          –                      as each row of them says
///
/// - Source: Delta PROTOCOL.md, "Change Data Files"; Databricks SQL, "table_changes".
package struct ChangeFeed: Sendable {
    package enum Kind: String, Hashable, Sendable {
        case insert, delete
    }

    /// Rows of one file.
    package struct Part: Sendable {
        /// Its `deletes` leave what the part is.
        package var file: DataFile
        /// Nil: the file has a column `_change_type`.
        package var kind: Kind?
        package var version: Int64
        /// When the version was made: microseconds since 1970-01-01 UTC.
        package var micros: Int64
    }

    package static let columns = [
        Field("_change_type", .varchar), Field("_commit_version", .bigint), Field("_commit_timestamp", .timestamptz),
    ]

    /// The table as the last version has it: whose columns the rows have.
    package var snapshot: any TableSnapshot
    package var parts: [Part] = []
    /// Whether rows may come and go in one version that nobody changed, since their file was written anew.
    package var hasCarriedRows = false
    /// What keeps the files from being collected.
    package var kept: [any TableSnapshot] = []

    package init(_ snapshot: any TableSnapshot) { self.snapshot = snapshot }

    /// Adds what makes one version of another: files that only one of them has, and those of which other rows are deleted.
    /// - Parameter before: nil for none, which had no rows.
    package mutating func addDifference(
        from before: (any TableSnapshot)?, to after: any TableSnapshot, version: Int64, micros: Int64
    ) throws(SQLError) {
        var earlier: [String: DataFile] = [:]
        for file in try before?.plan(nil).files ?? [] { earlier[file.path] = file }
        var came: [DataFile] = [], went: [DataFile] = []
        for file in try after.plan(nil).files {
            let known = earlier.removeValue(forKey: file.path)
            if let known, known.deletes == file.deletes { continue }
            came.append(Self.described(file, after))
            if let known, let before { went.append(Self.described(known, before)) }
        }
        if let before { went += earlier.values.sorted { $0.path < $1.path }.map { Self.described($0, before) } }
        parts += went.map { Part(file: $0, kind: .delete, version: version, micros: micros) }
        parts += came.map { Part(file: $0, kind: .insert, version: version, micros: micros) }
        hasCarriedRows = hasCarriedRows || (!came.isEmpty && !went.isEmpty)
        kept.append(after)
    }

    private static func described(_ file: DataFile, _ snapshot: any TableSnapshot) -> DataFile {
        var file = file
        file.partitionColumns = file.partitionColumns ?? snapshot.partitionColumns
        // They go by what columns were called then.
        file.statistics = [:]
        if file.fileFormat == nil, snapshot.fileFormat != "parquet" { file.fileFormat = snapshot.fileFormat }
        return file
    }
}

/// Which of a table's versions a range means, both of whose ends belong to it.
package enum ChangeRange {
    /// - Parameters:
    ///   - versions: in the order in which they were made.
    ///   - micros: when a version was made, by its place in `versions`.
    /// - Returns: places in `versions`.
    /// - Throws: `22023` for a version that is not there, a time after the last one, and an end before the start.
    package static func places(
        from start: TableTime, through end: TableTime?, in versions: [Int64], at micros: (Int) throws(SQLError) -> Int64
    ) throws(SQLError) -> Range<Int> {
        let first: Int
        switch start {
        case .version(let version): first = try place(of: version, versions)
        case .timestamp(let time):
            first = try count(before: time, versions.count, micros)
            if first == versions.count { throw SQLError(.invalidParameterValue, "the table has no version since the start of the range") }
            if case .timestamp(let until)? = end, until < time { throw endsEarly }
        case .reference(let name): throw SQLError.unsupported("changes since the branch or tag \"\(name)\"")
        }
        switch end {
        case nil: return first..<versions.count
        case .version(let version)?:
            // What is still to come is not asked for.
            let isLater = versions.last.map { $0 < version } ?? true
            let isNumbered = zip(versions, versions.dropFirst()).allSatisfy { $0 < $1 }
            let last = isLater && isNumbered ? versions.count - 1 : try place(of: version, versions)
            if last < first || (isNumbered && version < versions[first]) { throw endsEarly }
            return first..<(last + 1)
        case .timestamp(let time)?: return first..<max(first, try count(before: time == .max ? time : time + 1, versions.count, micros))
        case .reference(let name)?: throw SQLError.unsupported("changes up to the branch or tag \"\(name)\"")
        }
    }

    private static var endsEarly: SQLError { SQLError(.invalidParameterValue, "the range of changes ends before it starts") }

    private static func place(of version: Int64, _ versions: [Int64]) throws(SQLError) -> Int {
        if let place = versions.firstIndex(of: version) { return place }
        throw SQLError(
            .invalidParameterValue, "version \(version) of the table does not exist",
            detail: versions.first.map { "Changes of versions \($0) to \(versions.last ?? $0) can be read." })
    }

    /// How many versions were made before a time.
    private static func count(
        before time: Int64, _ count: Int, _ micros: (Int) throws(SQLError) -> Int64
    ) throws(SQLError) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if try micros(middle) < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
