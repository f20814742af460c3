/// How many different values the columns of a Delta table have: what ANALYZE has found out.

import LodeCore

/// The protocol has no place for that. Trino keeps HyperLogLog sketches in a file beside the log, which is no part of any version; who
/// writes the same file is understood by Trino and the other way round.
///
///     _delta_log/_trino_meta/extended_stats.json
///     {"modelVersion":4,"alreadyAnalyzedModifiedTimeMax":"2026-11-01T08:30:00Z","columnStatistics":{"id":{"ndvSummary":"A…"}}}
///
/// - Source: Trino's Delta Lake connector, "Table statistics", `ExtendedStatistics`, `MetaDirStatisticsAccess`.
struct DeltaExtendedStatistics {
    private static let modelVersion = 4
    private static let latestMember = "alreadyAnalyzedModifiedTimeMax"
    private static let columnMember = "columnStatistics"
    private static let sketchMember = "ndvSummary"
    private static let columnsMember = "analyzedColumns"

    /// The last file that all of them know, as it was written.
    private var analyzed: String?
    /// As files call the columns.
    private(set) var sketches: [String: [UInt8]] = [:]

    static func path(_ folder: DeltaFolder) -> String { TablePath.join(folder.log, "_trino_meta/extended_stats.json") }

    /// Nil where nobody has found anything out, or in a way that is not known.
    init?(_ folder: DeltaFolder, _ io: any TableIO) {
        guard let bytes = try? io.read(Self.path(folder)), let tree = try? JSONTree(String(decoding: bytes, as: UTF8.self)),
            tree["modelVersion"]?.integer == Int64(Self.modelVersion)
        else { return nil }
        analyzed = tree[Self.latestMember]?.text
        for member in tree[Self.columnMember]?.members ?? [] {
            sketches[member.name] = member.value[Self.sketchMember]?.text.flatMap { Base64.decode($0) }
        }
    }

    /// Notes what was found out of columns of a snapshot, and keeps what is known of others.
    static func write(_ found: [ColumnSketch], of snapshot: DeltaSnapshot, _ io: any TableIO) throws(SQLError) {
        let schema = snapshot.deltaSchema
        let before = DeltaExtendedStatistics(snapshot.folder, io)
        var all = before?.sketches ?? [:], renewed: Set<String> = []
        for sketch in found {
            guard let place = schema.schema.index(of: sketch.column) else { continue }
            all[schema.columns[place].fileName] = sketch.bytes
            renewed.insert(schema.columns[place].fileName)
        }
        // Trino goes on with files that are later than these. There is one time for all columns: as long as some are not renewed, it is
        // theirs: that the others meet files again does no harm.
        var latest: Int64 = 0
        try snapshot.adds { (add) throws(SQLError) in latest = max(latest, add.modificationTime) }
        let kept = schema.columns.map(\.fileName).filter { all[$0] != nil }
        let earlier = kept.allSatisfy { renewed.contains($0) } ? nil : before?.analyzed
        let tree = JSONTree.object([
            .init("modelVersion", .integer(modelVersion)), .init(latestMember, .string(earlier ?? instant(latest))),
            .init(
                columnMember,
                .object(kept.map { name in
                    .init(name, .object([.init(sketchMember, .string(Base64.encode(all[name] ?? [])))]))
                })),
            .init(columnsMember, kept.count < schema.columns.count ? .strings(kept) : .null),
        ])
        var bytes: [UInt8] = []
        tree.write(to: &bytes)
        try io.put(path(snapshot.folder), bytes)
    }

    /// `2026-11-01T08:30:00.5Z`
    private static func instant(_ millis: Int64) -> String {
        let (micros, overflow) = millis.multipliedReportingOverflow(by: 1000)
        let time = PartitionText.write(.timestamp(overflow ? 0 : micros))
        return time.replacing(" ", with: "T") + "Z"
    }
}

extension DeltaSnapshot {
    func columnEstimates(_ columns: [String]) -> [String: ColumnStatistics] {
        guard let known = DeltaExtendedStatistics(folder, io) else { return [:] }
        return deltaSchema.columns.reduce(into: [:]) { result, column in
            guard let count = known.sketches[column.fileName].flatMap({ HyperLogLog.estimate($0) }) else { return }
            result[column.name] = ColumnStatistics(sketchedDistinctCount: count)
        }
    }
}
