/// What tells one metadata document of a table from the one before, as a server is told of it.

import LodeCloud
import LodeCore

extension IcebergTableChange {
    /// What makes the document `new` of `old`, and needs that nobody has changed what it changes.
    /// - Parameter old: nil for a table that is made.
    /// - Source: Iceberg REST Catalog API, "TableUpdate", "TableRequirement"; Iceberg's Java library, `UpdateRequirements`.
    package init(_ table: TableName, from old: CloudJSON?, to new: CloudJSON) {
        var difference = IcebergDifference(old: old ?? [:], new: new, isNew: old == nil)
        difference.run()
        self.init(table, requirements: difference.requirements, updates: difference.updates)
    }
}

/// Numbers, logs and times of documents the server keeps itself.
private struct IcebergDifference {
    let old: CloudJSON
    let new: CloudJSON
    let isNew: Bool
    var requirements: [IcebergRequirement] = []
    var updates: [IcebergUpdate] = []

    mutating func run() {
        identity()
        schemas()
        specs()
        sortOrders()
        properties()
        snapshots()
        references()
        statistics()
    }

    private func number(_ name: String, of document: CloudJSON) -> Int64? { document[name]?.integer }

    /// Elements of a list that the document before has not, by their numbers.
    private func added(_ list: String, _ number: String) -> [CloudJSON] {
        let known = Set((old[list]?.items ?? []).compactMap { $0[number]?.integer })
        return (new[list]?.items ?? []).filter { item in item[number]?.integer.map { !known.contains($0) } ?? true }
    }

    /// What is chosen of a list, if that is another one than before; -1 is the one that was added last.
    private func chosen(_ name: String, _ added: [CloudJSON], _ number: String) -> Int64? {
        guard let wanted = new[name]?.integer, isNew || old[name]?.integer != wanted else { return nil }
        return added.last?[number]?.integer == wanted ? -1 : wanted
    }

    private mutating func identity() {
        if isNew {
            requirements.append(.notThere)
            if let uuid = new["table-uuid"]?.string { updates.append(.assignUUID(uuid)) }
        } else if let uuid = old["table-uuid"]?.string {
            requirements.append(.uuid(uuid))
        }
        if let version = number("format-version", of: new), isNew || version != number("format-version", of: old) {
            updates.append(.upgradeFormat(version))
        }
        if let location = new["location"]?.string, isNew || location != old["location"]?.string { updates.append(.setLocation(location)) }
    }

    // MARK: What rows are like

    private mutating func schemas() {
        let added = added("schemas", "schema-id"), chosen = chosen("current-schema-id", added, "schema-id")
        // New files have the columns that the table had before.
        if chosen != nil || !self.added("snapshots", "snapshot-id").isEmpty, let id = number("current-schema-id", of: old) {
            requirements.append(.currentSchema(id))
        }
        if !added.isEmpty, let last = number("last-column-id", of: old) { requirements.append(.lastColumn(last)) }
        for schema in added { updates.append(.addSchema(schema, lastColumn: number("last-column-id", of: new))) }
        if let chosen { updates.append(.setCurrentSchema(chosen)) }
    }

    private mutating func specs() {
        let added = added("partition-specs", "spec-id"), chosen = chosen("default-spec-id", added, "spec-id")
        if chosen != nil || !self.added("snapshots", "snapshot-id").isEmpty, let id = number("default-spec-id", of: old) {
            requirements.append(.defaultSpec(id))
        }
        if !added.isEmpty, let last = number("last-partition-id", of: old) { requirements.append(.lastPartition(last)) }
        for spec in added { updates.append(.addSpec(spec)) }
        if let chosen { updates.append(.setDefaultSpec(chosen)) }
    }

    private mutating func sortOrders() {
        let added = added("sort-orders", "order-id"), chosen = chosen("default-sort-order-id", added, "order-id")
        if chosen != nil, let id = number("default-sort-order-id", of: old) { requirements.append(.defaultSortOrder(id)) }
        for order in added { updates.append(.addSortOrder(order)) }
        if let chosen { updates.append(.setDefaultSortOrder(chosen)) }
    }

    private mutating func properties() {
        let before = old["properties"]?.texts ?? [:], after = new["properties"]?.texts ?? [:]
        let set = after.filter { before[$0.key] != $0.value }, removed = before.keys.filter { after[$0] == nil }
        if !set.isEmpty { updates.append(.setProperties(set)) }
        if !removed.isEmpty { updates.append(.removeProperties(removed.sorted())) }
    }

    // MARK: Snapshots

    private mutating func snapshots() {
        for snapshot in added("snapshots", "snapshot-id") { updates.append(.addSnapshot(snapshot)) }
    }

    private func references(of document: CloudJSON) -> [(name: String, value: CloudJSON)] {
        guard case .object(var references)? = document["refs"] else { return main(of: document).map { [("main", $0)] } ?? [] }
        if document["refs"]?["main"] == nil, let main = main(of: document) { references.append(("main", main)) }
        return references
    }

    /// Documents of writers that know no branches have the current snapshot alone.
    private func main(of document: CloudJSON) -> CloudJSON? {
        guard let id = document["current-snapshot-id"]?.integer, id >= 0 else { return nil }
        return ["snapshot-id": .number(String(id)), "type": "branch"]
    }

    private mutating func references() {
        let before = Dictionary(references(of: old).map { ($0.name, $0.value) }) { _, last in last }
        let after = references(of: new)
        for (name, value) in after {
            guard let id = value["snapshot-id"]?.integer, before[name].map({ !Self.isSame($0, value) }) ?? true else { continue }
            if !isNew { requirements.append(.reference(name, snapshot: before[name]?["snapshot-id"]?.integer)) }
            updates.append(.setReference(name, snapshot: id, kind: value["type"]?.string ?? "branch", retention: value))
        }
        let kept = Set(after.map(\.name))
        for (name, value) in before.sorted(by: { $0.key < $1.key }) where !kept.contains(name) {
            requirements.append(.reference(name, snapshot: value["snapshot-id"]?.integer))
            updates.append(.removeReference(name))
        }
        let left = Set((new["snapshots"]?.items ?? []).compactMap { $0["snapshot-id"]?.integer })
        let gone = (old["snapshots"]?.items ?? []).compactMap { $0["snapshot-id"]?.integer }.filter { !left.contains($0) }
        // Last: no reference is to one of them by now.
        if !gone.isEmpty { updates.append(.removeSnapshots(gone)) }
    }

    /// Whether two references say the same, in whatever order.
    private static func isSame(_ one: CloudJSON, _ other: CloudJSON) -> Bool {
        guard case .object(let members) = one, case .object(let others) = other else { return one == other }
        return members.count == others.count && members.allSatisfy { other[$0.name] == $0.value }
    }

    private mutating func statistics() {
        let before = old["statistics"]?.items ?? [], after = new["statistics"]?.items ?? []
        for file in after where !before.contains(file) { updates.append(.setStatistics(file)) }
        let kept = Set(after.compactMap { $0["snapshot-id"]?.integer })
        for id in before.compactMap({ $0["snapshot-id"]?.integer }) where !kept.contains(id) {
            updates.append(.removeStatistics(snapshot: id))
        }
    }
}
