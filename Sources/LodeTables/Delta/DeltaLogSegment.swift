/// Which files of a Delta log make up a version of the table.

import LodeCore

/// A checkpoint to begin with, if there is one, and the commits after it.
///
///     version   0 1 2 3 4 5 6 7 8 9
///                     ▲ └─┬─┘ │ └── commit
///            checkpoint   │   └── commit
///                      compacted 5-7
///
/// - Source: Delta PROTOCOL.md, "Delta Log Entries", "Checkpoints", "Log Compaction Files", "Checkpoint Naming Scheme".
struct DeltaLogSegment: Sendable {
    /// A file of commits, oldest first: one commit, or several in one file.
    struct Commits: Hashable, Sendable {
        var versions: ClosedRange<Int64>
        var name: String
    }

    struct Checkpoint: Hashable, Sendable {
        var version: Int64
        /// All parts, in order.
        var names: [String]
    }

    var version: Int64
    var checkpoint: Checkpoint?
    var commits: [Commits]
}

/// What lies in the folder of a Delta log.
struct DeltaLogListing: Sendable {
    /// By version: the file, and when it was modified.
    private(set) var commits: [Int64: (name: String, modifiedMicros: Int64)] = [:]
    private var checkpoints: [Int64: [[String]]] = [:]
    private var compacted: [Int64: [(last: Int64, name: String)]] = [:]
    private(set) var isEmpty = true

    /// - Throws: what listing raises.
    init(_ folder: String, _ io: any TableIO) throws(SQLError) {
        self = try Self(listed: folder, io)
        // What is added to a folder while it is listed may be missed, though something later is found.
        for _ in 0..<Self.attempts where hasGap { self = try Self(listed: folder, io) }
    }

    private static let attempts = 4

    /// Whether a commit after the last checkpoint is missing before a later one.
    private var hasGap: Bool {
        guard let latest, let oldest else { return false }
        var next = (checkpoints.keys.max() ?? oldest - 1) + 1
        while next <= latest {
            if commits[next] != nil {
                next += 1
            } else if let end = compacted[next]?.map(\.last).max() {
                next = end + 1
            } else {
                return true
            }
        }
        return false
    }

    private init(listed folder: String, _ io: any TableIO) throws(SQLError) {
        var parts: [PartKey: [Int64: String]] = [:]
        for file in try io.list(folder).files {
            let words = file.name.split(separator: ".", omittingEmptySubsequences: false)
            guard words.count >= 2, let version = Self.number(words[0], digits: 20) else { continue }
            switch (words.count, words[1], words.last) {
            case (2, _, "json"): commits[version] = (file.name, file.modifiedMicros)
            case (3, "checkpoint", "parquet"): checkpoints[version, default: []].append([file.name])
            case (4, "checkpoint", "parquet"), (4, "checkpoint", "json"): checkpoints[version, default: []].append([file.name])
            case (5, "checkpoint", "parquet"):
                guard let part = Self.number(words[2], digits: 10), let count = Self.number(words[3], digits: 10), count > 0,
                    (1...count).contains(part)
                else { continue }
                parts[PartKey(version: version, count: count), default: [:]][part] = file.name
            case (4, _, "json") where words[2] == "compacted":
                guard let last = Self.number(words[1], digits: 20), last > version else { continue }
                compacted[version, default: []].append((last, file.name))
            default: continue
            }
            isEmpty = false
        }
        // A checkpoint of several parts is one only when all are there: they are not written at once.
        for (key, names) in parts where Int64(names.count) == key.count {
            checkpoints[key.version, default: []].append(names.sorted { $0.key < $1.key }.map(\.value))
        }
    }

    private struct PartKey: Hashable {
        var version: Int64
        var count: Int64
    }

    /// The latest version; nil if the folder holds no log.
    var latest: Int64? { [commits.keys.max(), checkpoints.keys.max()].compactMap(\.self).max() }

    /// The oldest version that can be put together.
    var oldest: Int64? {
        if commits[0] != nil { return 0 }
        return checkpoints.keys.min()
    }

    /// The files that make up a version.
    /// - Throws: `22023` for a version that is not there, `XX001` where one is missing on the way to it.
    func segment(of version: Int64?, in folder: String) throws(SQLError) -> DeltaLogSegment {
        guard let latest, let oldest else {
            throw SQLError(.undefinedFile, "there is no Delta log", in: folder)
        }
        let wanted = version ?? latest
        guard (0...latest).contains(wanted), wanted >= oldest else {
            throw SQLError(
                .invalidParameterValue, "version \(wanted) of the Delta table does not exist", in: folder,
                detail: "Versions \(oldest) to \(latest) can be read.")
        }
        let start = checkpoints.keys.filter { $0 <= wanted }.max()
        let checkpoint = start.flatMap { start in
            // Any of several will do; the fewest files are read soonest.
            checkpoints[start]?.min { ($0.count, $0.first ?? "") < ($1.count, $1.first ?? "") }
                .map { DeltaLogSegment.Checkpoint(version: start, names: $0) }
        }
        var files: [DeltaLogSegment.Commits] = []
        var next = start.map { $0 + 1 } ?? 0
        while next <= wanted {
            if let longest = compacted[next]?.filter({ $0.last <= wanted }).max(by: { $0.last < $1.last }) {
                files.append(.init(versions: next...longest.last, name: longest.name))
                next = longest.last + 1
            } else if let commit = commits[next] {
                files.append(.init(versions: next...next, name: commit.name))
                next += 1
            } else {
                throw SQLError(
                    .dataCorrupted, "version \(next) is missing in the Delta log", in: "\(folder)/\(Self.commitName(next))",
                    detail: start.map { "The last checkpoint is of version \($0); version \(wanted) was asked for." }
                        ?? "There is no checkpoint; version \(wanted) was asked for.",
                    hint: "The file was deleted, or the table was copied in part.")
            }
        }
        return DeltaLogSegment(version: wanted, checkpoint: checkpoint, commits: files)
    }

    static func commitName(_ version: Int64) -> String {
        let digits = String(version)
        return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits + ".json"
    }

    private static func number(_ text: Substring, digits: Int) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        // A version has a successor.
        return Int64(text).flatMap { $0 < .max ? $0 : nil }
    }
}
