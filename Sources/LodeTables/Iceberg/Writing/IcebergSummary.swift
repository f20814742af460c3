/// What a snapshot says of itself.

import LodeCore

/// Files, rows and bytes that came and went.
/// - Source: Iceberg spec, "Snapshots" for the operation; Appendix F "Optional Snapshot Summary Fields".
struct IcebergSummary {
    /// Of one kind of files.
    struct Count {
        var files = 0
        var rows: Int64 = 0
        var bytes: Int64 = 0

        mutating func note(rows more: Int64, bytes size: Int64) {
            files += 1
            rows &+= more
            bytes &+= size
        }
    }

    enum Content: Int64 { case data = 0, positionDeletes, equalityDeletes }

    private(set) var added: [Content: Count] = [:]
    private(set) var removed: [Content: Count] = [:]
    /// Among the position deletes.
    var addedVectors = 0
    var removedVectors = 0

    mutating func add(_ content: Content, rows: Int64, bytes: Int64) { added[content, default: Count()].note(rows: rows, bytes: bytes) }
    mutating func remove(_ content: Content, rows: Int64, bytes: Int64) {
        removed[content, default: Count()].note(rows: rows, bytes: bytes)
    }

    private func sum(_ counts: [Content: Count], _ contents: [Content]) -> Count {
        contents.reduce(into: Count()) { sum, content in
            guard let own = counts[content] else { return }
            sum.files += own.files
            sum.rows &+= own.rows
            sum.bytes &+= own.bytes
        }
    }

    private static let deletes: [Content] = [.positionDeletes, .equalityDeletes], all: [Content] = [.data] + deletes

    /// The word for the change.
    private func word(changesData: Bool) -> String {
        let cameData = added[.data] != nil, wentData = removed[.data] != nil, cameDeletes = sum(added, Self.deletes).files > 0
        if !changesData { return "replace" }
        if !wentData, !cameDeletes { return "append" }
        return cameData ? "overwrite" : "delete"
    }

    /// - Parameters:
    ///   - operation: what made the change, in SQL's words.
    ///   - parent: the snapshot before, whose totals go on.
    func texts(operation: String, changesData: Bool, _ parent: IcebergMetadata.Snapshot?) -> [String: String] {
        var summary = ["operation": word(changesData: changesData), "engine-name": "lode", "lode.operation": operation]
        func note(_ name: String, _ number: some BinaryInteger) { if number != 0 { summary[name] = String(number) } }
        func notes(_ verb: String, _ data: String, _ counts: [Content: Count], vectors: Int) {
            let own = counts[.data] ?? Count(), position = counts[.positionDeletes] ?? Count()
            let equality = counts[.equalityDeletes] ?? Count()
            note("\(data)-data-files", own.files)
            note("\(data)-records", own.rows)
            note("\(verb)-files-size", sum(counts, Self.all).bytes)
            note("\(verb)-delete-files", sum(counts, Self.deletes).files)
            note("\(verb)-position-delete-files", position.files - vectors)
            note("\(verb)-dvs", vectors)
            note("\(verb)-position-deletes", position.rows)
            note("\(verb)-equality-delete-files", equality.files)
            note("\(verb)-equality-deletes", equality.rows)
        }
        notes("added", "added", added, vectors: addedVectors)
        notes("removed", "deleted", removed, vectors: removedVectors)
        func total(_ name: String, _ more: Int64) {
            let before = parent.map { $0.summary["total-" + name].flatMap { Int64($0) } } ?? 0
            if let before { summary["total-" + name] = String(before &+ more) }
        }
        func more(_ contents: [Content], _ value: (Count) -> Int64) -> Int64 {
            value(sum(added, contents)) &- value(sum(removed, contents))
        }
        total("data-files", more([.data]) { Int64($0.files) })
        total("records", more([.data], \.rows))
        total("files-size", more(Self.all, \.bytes))
        total("delete-files", more(Self.deletes) { Int64($0.files) })
        total("position-deletes", more([.positionDeletes], \.rows))
        total("equality-deletes", more([.equalityDeletes], \.rows))
        return summary
    }
}
