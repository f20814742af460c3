/// When the versions of a Delta table were current, and what made them.

import LodeCore

/// - Source: Delta PROTOCOL.md, "Recommendations for Readers of Tables with In-Commit Timestamps", "Commit Provenance Information".
package struct DeltaHistory: Sendable {
    /// One commit.
    package struct Entry: Sendable {
        package var version: Int64
        /// Microseconds since 1970-01-01 UTC.
        package var micros: Int64
        package var operation: String?
        /// JSON.
        package var parameters: String?
        package var metrics: String?
        package var userName: String?
        package var engineInfo: String?
        package var isBlindAppend: Bool?
    }

    private let listing: DeltaLogListing
    private let folder: DeltaFolder
    private let io: any TableIO
    /// The versions whose commits are there, in order, and when their files were modified: a little later where that would not be after
    /// the one before.
    let commits: [(version: Int64, micros: Int64)]

    init(_ listing: DeltaLogListing, _ folder: DeltaFolder, _ io: any TableIO) {
        self.listing = listing
        self.folder = folder
        self.io = io
        var commits: [(version: Int64, micros: Int64)] = []
        for (version, file) in listing.commits.sorted(by: { $0.key < $1.key }) where version >= listing.oldest ?? .max {
            commits.append((version, max(file.modifiedMicros, (commits.last?.micros).map { $0 + 1000 } ?? .min)))
        }
        self.commits = commits
    }

    package init(of location: String, _ io: any TableIO) throws(SQLError) {
        let folder = DeltaFolder(location)
        let listing = try DeltaLogListing(folder.log, io)
        if listing.isEmpty { throw SQLError(.undefinedFile, "there is no Delta log", in: folder.log) }
        self.init(listing, folder, io)
    }

    /// The version that was current at a time.
    /// - Throws: `22023` for a time before the oldest version that is left.
    func version(at micros: Int64) throws(SQLError) -> Int64 {
        let inCommit = try firstInCommit()
        var found: Int64?
        if let inCommit, micros >= inCommit.micros {
            let later = commits.filter { $0.version >= inCommit.version }
            // Timestamps in commits ascend.
            var low = 0, high = later.count
            while low < high {
                let middle = (low + high) / 2
                if try inCommitMicros(later[middle].version) <= micros { low = middle + 1 } else { high = middle }
            }
            found = low > 0 ? later[low - 1].version : nil
        } else {
            found = commits.last { $0.micros <= micros && $0.version < inCommit?.version ?? .max }?.version
        }
        guard let found else {
            let oldest = commits.first.map { commit in
                inCommit.flatMap { $0.version <= commit.version ? $0.micros : nil } ?? commit.micros
            }
            throw SQLError(
                .invalidParameterValue, "the Delta table has no version of that time", in: folder.root,
                detail: oldest.map { "The oldest version that can be read is of \(PartitionText.timestamp($0)) UTC." })
        }
        return found
    }

    /// From which version on commits hold their time, and the time of the first of them; nil if they don't.
    private func firstInCommit() throws(SQLError) -> (version: Int64, micros: Int64)? {
        let segment = try listing.segment(of: nil, in: folder.log)
        let snapshot = try DeltaSnapshot(segment, folder, identity: nil, io)
        let configuration = snapshot.metadata.configuration
        guard configuration["delta.enableInCommitTimestamps"]?.lowercased() == "true" else { return nil }
        guard let version = configuration["delta.inCommitTimestampEnablementVersion"].flatMap({ Int64($0) }),
            let millis = configuration["delta.inCommitTimestampEnablementTimestamp"].flatMap({ Int64($0) }), millis.magnitude < 1 << 50
        else {
            // All commits have had it.
            guard let first = commits.first else { return nil }
            return (first.version, try inCommitMicros(first.version))
        }
        return (version, millis * 1000)
    }

    /// The time in a commit, in milliseconds; nil if it has none that can be read.
    static func inCommitTimestamp(of version: Int64, _ folder: DeltaFolder, _ io: any TableIO) -> Int64? {
        let path = folder.logFile(DeltaLogListing.commitName(version))
        guard let bytes = try? io.read(path) else { return nil }
        var found: Int64?
        try? DeltaActionReader.read(bytes, path) { (action) throws(SQLError) in
            if case .commitInfo(let info) = action { found = found ?? info.inCommitTimestamp }
        }
        return found.flatMap { $0.magnitude < 1 << 50 ? $0 : nil }
    }

    private func inCommitMicros(_ version: Int64) throws(SQLError) -> Int64 {
        guard let millis = try commitInfo(version)?.inCommitTimestamp, millis.magnitude < 1 << 50 else {
            throw SQLError(
                .dataCorrupted, "the commit has no inCommitTimestamp, which the table's properties promise",
                in: path(of: version))
        }
        return millis * 1000
    }

    /// Tells when a commit was made, by its version and the time of its file.
    func clock() throws(SQLError) -> (Int64, Int64) throws(SQLError) -> Int64 {
        guard let inCommit = try firstInCommit() else { return { (_, micros) throws(SQLError) in micros } }
        return { (version, micros) throws(SQLError) in version >= inCommit.version ? try inCommitMicros(version) : micros }
    }

    private func path(of version: Int64) -> String { folder.logFile(DeltaLogListing.commitName(version)) }

    private func commitInfo(_ version: Int64) throws(SQLError) -> DeltaCommitInfo? {
        let path = path(of: version)
        return try Self.commitInfo(path, try io.read(path))
    }

    private static func commitInfo(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> DeltaCommitInfo? {
        var info: DeltaCommitInfo?
        try DeltaActionReader.read(bytes, path) { (action) throws(SQLError) in
            if case .commitInfo(let found) = action { info = info ?? found }
        }
        return info
    }

    /// The commits that are left, the latest first.
    package func entries() throws(SQLError) -> [Entry] {
        let inCommit = try firstInCommit()
        var entries: [Entry] = []
        var left = commits[...]
        try io.read(commits.reversed().map { path(of: $0.version) }) { (path, bytes) throws(SQLError) in
            guard let commit = left.popLast() else { return }
            let info = try Self.commitInfo(path, bytes)
            var micros = commit.micros
            if let inCommit, commit.version >= inCommit.version, let millis = info?.inCommitTimestamp, millis.magnitude < 1 << 50 {
                micros = millis * 1000
            }
            entries.append(
                Entry(
                    version: commit.version, micros: micros, operation: info?.operation, parameters: info?.operationParameters,
                    metrics: info?.operationMetrics, userName: info?.userName, engineInfo: info?.engineInfo,
                    isBlindAppend: info?.isBlindAppend))
        }
        return entries
    }
}
