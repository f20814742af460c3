/// Which rows came and went between snapshots of an Iceberg table.

import LodeCore

extension IcebergSnapshot {
    /// By comparing the files of snapshots, from the first ancestor that is left up to this one. Versions are the snapshots' ids.
    /// - Source: Iceberg Table Spec, "Snapshots" (`operation`, `parent-snapshot-id`).
    package func changes(from start: TableTime, through end: TableTime?) throws(SQLError) -> ChangeFeed {
        var line: [IcebergMetadata.Snapshot] = [], seen: Set<Int64> = [], next = snapshot
        while let own = next, seen.insert(own.id).inserted {
            line.append(own)
            next = own.parent.flatMap { metadata.snapshot($0) }
        }
        line.reverse()
        let places = try ChangeRange.places(from: start, through: end, in: line.map(\.id)) { Self.micros(of: line[$0]) }
        guard let first = places.first, let last = places.last else { return ChangeFeed(self) }
        if first == 0, line[0].parent != nil {
            throw SQLError(
                .invalidParameterValue, "the changes of snapshot \(line[0].id) cannot be read", in: location,
                detail: "The snapshot before it has expired.")
        }
        var feed = ChangeFeed(try at(line[last]))
        var before = first == 0 ? nil : try at(line[first - 1])
        for place in places {
            let after = try at(line[place])
            // Rows only lie in other files then.
            if line[place].operation != "replace" {
                try feed.addDifference(from: before, to: after, version: line[place].id, micros: Self.micros(of: line[place]))
            }
            before = after
        }
        return feed
    }

    /// The table as it was with another snapshot that it has.
    func at(_ other: IcebergMetadata.Snapshot) throws(SQLError) -> IcebergSnapshot {
        if other.id == snapshot?.id { return self }
        return try IcebergSnapshot(folder, metadata, at: .version(other.id), identity: nil, io)
    }

    private static func micros(of snapshot: IcebergMetadata.Snapshot) -> Int64 {
        let (micros, overflow) = snapshot.timestampMillis.multipliedReportingOverflow(by: 1000)
        return overflow ? 0 : micros
    }
}
