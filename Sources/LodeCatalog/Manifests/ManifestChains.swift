/// From the manifests of a warehouse to the tables that they describe.

/// Which manifests count, table by table.
///
/// A commit that did not come to an end leaves a manifest whose number is given again: the later one counts. A file that holds one part
/// that does not count is void as a whole, so that a commit of several tables is seen wholly or not at all.
struct ManifestChains {
    /// By stem: from the last manifest that describes the table wholly to the last of all.
    private(set) var tables: [String: [TableManifest]] = [:]
    /// The same of tables that were dropped, where it is still said what they were.
    private(set) var dropped: [String: [TableManifest]] = [:]
    /// When each table changed last, by stem.
    private(set) var lastTimes: [String: Int64] = [:]
    /// The catalog that changed each table last, by stem.
    private(set) var writers: [String: String] = [:]
    /// Stems of tables that took part in a file of several.
    private(set) var shared: Set<String> = []
    private(set) var warehouse: WarehouseManifest?
    /// When the last manifest of all was written.
    private(set) var lastTime: Int64 = 0
    private(set) var problems: [String] = []

    private struct Part {
        var file: Int
        var time: Int64
        var number: Int64
        var table: TableManifest?
        var warehouse: WarehouseManifest?
    }

    init(_ manifests: [Manifest]) {
        var parts: [String: [Part]] = [:]
        for (file, manifest) in manifests.enumerated() {
            lastTime = max(lastTime, manifest.time)
            for table in manifest.tables {
                parts[table.stem, default: []].append(Part(file: file, time: manifest.time, number: table.number, table: table))
            }
            if let warehouse = manifest.warehouse {
                parts[ManifestPlace.warehouseStem, default: []].append(
                    Part(file: file, time: manifest.time, number: warehouse.number, warehouse: warehouse))
            }
        }
        let void = Self.voidFiles(parts.values)
        for (stem, found) in parts.sorted(by: { $0.key < $1.key }) {
            let valid = found.filter { !void.contains($0.file) }.sorted { $0.number < $1.number }
            guard let last = valid.last else { continue }
            if stem == ManifestPlace.warehouseStem {
                warehouse = last.warehouse
                continue
            }
            if valid.contains(where: { manifests[$0.file].tables.count > 1 || manifests[$0.file].warehouse != nil }) { shared.insert(stem) }
            take(stem, valid.compactMap(\.table), last.time)
            writers[stem] = manifests[last.file].catalog
        }
    }

    private mutating func take(_ stem: String, _ valid: [TableManifest], _ time: Int64) {
        guard let last = valid.last else { return }
        let isDropped = last.droppedAt != nil
        guard let start = valid.lastIndex(where: \.isFull) else {
            if !isDropped { problems.append("\(stem): the manifest that describes the whole table is missing") }
            return
        }
        let chain = Array(valid[start...])
        if let gap = zip(chain, chain.dropFirst()).first(where: { $1.number != $0.number + 1 }) {
            if !isDropped { problems.append("\(stem): manifest number \(gap.0.number + 1) is missing") }
            return
        }
        if isDropped { dropped[stem] = chain } else { tables[stem] = chain }
        lastTimes[stem] = time
    }

    /// Files with a part whose number a later file has, or that is older than a part of a smaller number.
    private static func voidFiles(_ chains: some Sequence<[Part]>) -> Set<Int> {
        var void: Set<Int> = []
        for chain in chains {
            let byNumber = chain.sorted { ($0.number, $0.time) < ($1.number, $1.time) }
            var latest = Int64.min
            for (index, part) in byNumber.enumerated() {
                let isRepeated = index + 1 < byNumber.count && byNumber[index + 1].number == part.number
                if isRepeated || part.time < latest {
                    void.insert(part.file)
                } else {
                    latest = part.time
                }
            }
        }
        return void
    }
}
