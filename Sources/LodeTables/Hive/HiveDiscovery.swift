/// Finding partitions and files by listing folders.

import LodeCore

/// Walks `key=value` folders level by level; a folder that the predicate rules out is not listed.
package struct HiveDiscovery: Sendable {
    /// Folders nested deeper than this below a partition are taken for a loop.
    private static let maximumDepth = 64

    private let location: String
    private let columns: [Field]
    private let io: any TableIO

    package init(location: String, columns: [Field], io: any TableIO) {
        var location = location
        while location.utf8.count > 1, location.utf8.last == UInt8(ascii: "/") { location.removeLast() }
        self.location = location
        self.columns = columns
        self.io = io
    }

    /// The partitions that could match, sorted by path, and how many folders were ruled out.
    ///
    /// The keys may come in any order, but each column exactly once on the way. Without partition columns the table's own
    /// folder is the one partition.
    /// - Throws: `22P02` if a folder's value is none of the column's type; `58P01` if folders have other keys.
    package func partitions(
        where predicate: ColumnPredicate? = nil
    ) throws(SQLError) -> (kept: [RegisteredPartition], pruned: Int) {
        var kept: [RegisteredPartition] = []
        var pruned = 0
        try descend(location, [:], predicate, &kept, &pruned)
        return (kept, pruned)
    }

    /// Calls `body` with path and description of every file beneath a partition's folder, sorted.
    package func files(
        in folder: String, _ body: (String, FolderListing.File) throws(SQLError) -> Void
    ) throws(SQLError) {
        try walk(folder, 0, body)
    }

    /// While one folder is listed, the listings of so many next ones are on their way.
    private static let listedAhead = 32

    /// The same for several folders, one after the other; `body` gets the place of each among them.
    package func files(
        in folders: [String], _ body: (Int, String, FolderListing.File) throws(SQLError) -> Void
    ) throws(SQLError) {
        for (index, folder) in folders.enumerated() {
            if folders.count > 1, index % Self.listedAhead == 0 {
                io.willList(Array(folders[index..<min(folders.count, index + 2 * Self.listedAhead)]))
            }
            try walk(folder, 0) { (path, file) throws(SQLError) in try body(index, path, file) }
        }
    }

    private func walk(
        _ folder: String, _ depth: Int, _ body: (String, FolderListing.File) throws(SQLError) -> Void
    ) throws(SQLError) {
        guard depth <= Self.maximumDepth else {
            throw SQLError(.ioError, "folders are nested more than \(Self.maximumDepth) deep", in: folder)
        }
        let listing = try io.list(folder)
        for file in listing.files where !HivePath.isHidden(file.name) { try body("\(folder)/\(file.name)", file) }
        for inner in listing.folders where !HivePath.isHidden(inner) {
            try walk("\(folder)/\(inner)", depth + 1, body)
        }
    }

    private func descend(
        _ folder: String, _ known: [Int: Value], _ predicate: ColumnPredicate?, _ kept: inout [RegisteredPartition],
        _ pruned: inout Int
    ) throws(SQLError) {
        if known.count == columns.count {
            kept.append(RegisteredPartition(values: columns.indices.map { known[$0] ?? .null }, location: folder))
            return
        }
        var other: String?
        var matched = false
        for name in try io.list(folder).folders where !HivePath.isHidden(name) {
            guard let (key, text) = HivePath.split(name) else { continue }
            guard let index = columns.indices.first(where: { PartitionPruning.sameName(columns[$0].name, key) }),
                known[index] == nil
            else {
                other = name
                continue
            }
            matched = true
            var values = known
            values[index] = try value(text, columns[index], in: "\(folder)/\(name)")
            if mayMatch(values, predicate) {
                try descend("\(folder)/\(name)", values, predicate, &kept, &pruned)
            } else {
                pruned += 1
            }
        }
        if let other, !matched { throw unexpectedKey(other, in: folder, known) }
    }

    private func mayMatch(_ known: [Int: Value], _ predicate: ColumnPredicate?) -> Bool {
        guard let predicate else { return true }
        return predicate.mayMatch { name in
            guard let index = columns.indices.first(where: { PartitionPruning.sameName(columns[$0].name, name) }),
                let value = known[index]
            else { return nil }
            return PartitionPruning.statistics(of: value, columns[index].type)
        }
    }

    private func value(_ text: String?, _ column: Field, in folder: String) throws(SQLError) -> Value {
        guard let text else { return .null }
        guard let value = PartitionText.read(text, as: column.type) else {
            throw SQLError(
                .invalidTextRepresentation, "invalid value for partition column \"\(column.name)\" of type \(column.type)",
                in: folder, hint: "Rename or remove the folder, or declare the column as varchar.")
        }
        return value
    }

    private func unexpectedKey(_ name: String, in folder: String, _ known: [Int: Value]) -> SQLError {
        let missing = columns.indices.filter { known[$0] == nil }.map { "\"\(columns[$0].name)\"" }
        return SQLError(
            .undefinedFile, "no folder for partition column \(missing.joined(separator: " or "))", in: folder,
            detail: "There is \"\(name)\".", hint: "Declare the table's partition columns as its folders have them.")
    }
}
