/// Statistics of Iceberg tables: how many different values columns have, as sketches in Puffin files that the document names.

import LodeCore

enum IcebergStatistics {
    /// - Source: Puffin spec, "apache-datasketches-theta-v1 blob type".
    static let theta = "apache-datasketches-theta-v1"
    static let distinctValues = "ndv"

    /// Few snapshots after the last one that somebody analyzed, what is known of it is still near.
    private static let snapshotsBack = 1_000

    /// Those of a snapshot, and then of the snapshots before it, the nearest first.
    static func files(of snapshot: IcebergMetadata.Snapshot?, _ metadata: IcebergMetadata) -> [IcebergMetadata.StatisticsFile] {
        if metadata.statistics.isEmpty { return [] }
        let byID = Dictionary(metadata.statistics.map { ($0.snapshotID, $0) }) { _, last in last }
        var found: [IcebergMetadata.StatisticsFile] = [], seen: Set<Int64> = [], next = snapshot?.id
        while let id = next, seen.count < snapshotsBack, seen.insert(id).inserted {
            if let file = byID[id] { found.append(file) }
            next = metadata.snapshot(id)?.parent
        }
        return found
    }
}

extension IcebergSnapshot {
    /// What somebody has found out of the table, or of what it was before.
    package func columnEstimates(_ columns: [String]) -> [String: ColumnStatistics] {
        let names = Dictionary(icebergSchema.fields.map { ($0.id, $0.name) }) { first, _ in first }
        return distinctValues().reduce(into: [:]) { result, entry in
            guard let name = names[entry.key] else { return }
            result[name] = ColumnStatistics(sketchedDistinctCount: entry.value.count)
        }
    }

    /// How many different values fields have, and of which snapshot that is known, by their numbers.
    package func distinctValues() -> [Int: (count: Int64, snapshotID: Int64)] {
        var found: [Int: (count: Int64, snapshotID: Int64)] = [:]
        for file in IcebergStatistics.files(of: snapshot, metadata) {
            var isOpen = false, opened: PuffinFile?
            for blob in file.blobs where blob.type == IcebergStatistics.theta {
                guard blob.fields.count == 1, let id = blob.fields.first, found[id] == nil else { continue }
                var count = blob.properties[IcebergStatistics.distinctValues].flatMap { Int64($0) }
                if count == nil {
                    if !isOpen { opened = try? PuffinFile(try io.read(locate(file.path))) }
                    isOpen = true
                    count = opened?.blobs.first { $0.type == blob.type && $0.fields == blob.fields }.flatMap { blob in
                        (try? PuffinFile.plain(blob, io)).flatMap { ThetaSketch.estimate($0) }
                    }
                }
                if let count { found[id] = (max(0, count), file.snapshotID) }
            }
        }
        return found
    }
}
