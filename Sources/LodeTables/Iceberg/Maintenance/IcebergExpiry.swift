/// Which snapshots of an Iceberg table nobody can want any more.

import LodeCore

/// Snapshots are kept for as long as a branch or a tag leads to them and their time is not over: for each branch its head, as many before
/// it as are asked for, and those that were replaced since the cutoff; for each tag its snapshot.
/// - Source: Iceberg spec, "Snapshot Retention Policy"; Iceberg's table properties `history.expire.*`.
struct IcebergExpiry {
    /// Those that go.
    private(set) var snapshots: Set<Int64> = []
    /// Branches and tags whose own time is over; never the main branch.
    private(set) var references: Set<String> = []

    var isEmpty: Bool { snapshots.isEmpty && references.isEmpty }

    /// - Parameters:
    ///   - cutoff: milliseconds; snapshots that were replaced before go.
    ///   - now: milliseconds.
    init(_ metadata: IcebergMetadata, before cutoff: Int64, now: Int64) {
        let known = Dictionary(metadata.snapshots.map { ($0.id, $0) }) { first, _ in first }
        let least = metadata.properties["history.expire.min-snapshots-to-keep"].flatMap { Int64($0) } ?? 1
        let ends = Self.ends(metadata)
        var heads: [(IcebergMetadata.Reference?, Int64)] = metadata.currentSnapshotID.map { [(metadata.references["main"], $0)] } ?? []
        let longest = metadata.properties["history.expire.max-ref-age-ms"].flatMap { Int64($0) }
        for (name, reference) in metadata.references where name != "main" {
            let made = known[reference.snapshotID]?.timestampMillis ?? now
            if let age = reference.maxReferenceAgeMillis ?? longest, made < now &- min(max(age, 0), now) {
                references.insert(name)
            } else {
                heads.append((reference, reference.snapshotID))
            }
        }
        var kept: Set<Int64> = []
        for (reference, head) in heads {
            guard reference?.isBranch ?? true else {
                kept.insert(head)
                continue
            }
            let cutoff = reference?.maxSnapshotAgeMillis.map { min(cutoff, now &- min(max($0, 0), now)) } ?? cutoff
            Self.keep(from: head, known, ends, before: cutoff, least: max(1, reference?.minSnapshotsToKeep ?? least), &kept)
        }
        // What no branch leads to was rolled back, or is staged.
        for snapshot in metadata.snapshots where !kept.contains(snapshot.id) {
            if max(snapshot.timestampMillis, ends[snapshot.id] ?? .min) < cutoff { snapshots.insert(snapshot.id) }
        }
    }

    /// Goes back from the head of a branch.
    private static func keep(
        from head: Int64, _ known: [Int64: IcebergMetadata.Snapshot], _ ends: [Int64: Int64], before cutoff: Int64, least: Int64,
        _ kept: inout Set<Int64>
    ) {
        var next: Int64? = head, count: Int64 = 0, end = Int64.max, seen: Set<Int64> = []
        while let id = next, let snapshot = known[id], seen.insert(id).inserted {
            if count < least || max(end, ends[id] ?? .min) >= cutoff { kept.insert(id) }
            count += 1
            (next, end) = (snapshot.parent, snapshot.timestampMillis)
        }
    }

    /// When snapshots ceased to be current, as far as the log tells.
    private static func ends(_ metadata: IcebergMetadata) -> [Int64: Int64] {
        var ends: [Int64: Int64] = [:]
        for (entry, next) in zip(metadata.snapshotLog, metadata.snapshotLog.dropFirst()) {
            ends[entry.snapshotID] = max(ends[entry.snapshotID] ?? .min, next.timestampMillis)
        }
        return ends
    }

    /// How long snapshots are kept, in microseconds; nil if the properties do not say.
    static func retention(_ properties: [String: String]) -> Int64? {
        guard let millis = properties["history.expire.max-snapshot-age-ms"].flatMap({ Int64($0) }), millis >= 0 else { return nil }
        let (micros, overflow) = millis.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : micros
    }
}
