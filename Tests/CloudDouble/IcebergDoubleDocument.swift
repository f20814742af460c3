/// A table's metadata document as a server keeps it: what a change requires of it, and what it makes of it.

import Foundation

/// - Source: Iceberg REST Catalog API, "TableRequirement", "TableUpdate".
struct IcebergDoubleDocument {
    var metadata: [String: Any]
    private let isNew: Bool
    /// The numbers of what was added last, by list.
    private var added: [String: Int] = [:]

    init(_ metadata: [String: Any]?) {
        isNew = metadata == nil
        self.metadata = metadata ?? [
            "format-version": 2, "last-updated-ms": 1000, "last-column-id": 0, "last-partition-id": 999, "last-sequence-number": 0,
            "current-schema-id": -1, "schemas": [Any](), "default-spec-id": -1, "partition-specs": [Any](), "default-sort-order-id": -1,
            "sort-orders": [Any](), "properties": [String: String](), "current-snapshot-id": -1, "snapshots": [Any](),
            "snapshot-log": [Any](), "metadata-log": [Any](), "refs": [String: Any](),
        ]
    }

    // MARK: Requirements

    func meets(_ requirement: [String: Any]) -> Bool {
        func same(_ name: String, _ member: String) -> Bool {
            (requirement[name] as? NSNumber).map { $0 == metadata[member] as? NSNumber } ?? false
        }
        switch requirement["type"] as? String {
        case "assert-create": return isNew
        case "assert-table-uuid": return requirement["uuid"] as? String == metadata["table-uuid"] as? String
        case "assert-ref-snapshot-id":
            let references = metadata["refs"] as? [String: [String: Any]] ?? [:]
            let found = references[requirement["ref"] as? String ?? ""]?["snapshot-id"] as? NSNumber
            return found == requirement["snapshot-id"] as? NSNumber
        case "assert-last-assigned-field-id": return same("last-assigned-field-id", "last-column-id")
        case "assert-current-schema-id": return same("current-schema-id", "current-schema-id")
        case "assert-last-assigned-partition-id": return same("last-assigned-partition-id", "last-partition-id")
        case "assert-default-spec-id": return same("default-spec-id", "default-spec-id")
        case "assert-default-sort-order-id": return same("default-sort-order-id", "default-sort-order-id")
        default: return false
        }
    }

    // MARK: Updates

    /// - Returns: whether it is one that the document can take.
    mutating func apply(_ update: [String: Any]) -> Bool {
        switch update["action"] as? String {
        case "assign-uuid": metadata["table-uuid"] = update["uuid"]
        case "upgrade-format-version": metadata["format-version"] = update["format-version"]
        case "set-location": metadata["location"] = update["location"]
        case "set-properties":
            metadata["properties"] = properties.merging(update["updates"] as? [String: String] ?? [:]) { $1 }
        case "remove-properties":
            let removed = Set(update["removals"] as? [String] ?? [])
            metadata["properties"] = properties.filter { !removed.contains($0.key) }
        case "add-schema":
            let schema = update["schema"] as? [String: Any] ?? [:]
            add(schema, to: "schemas", "schema-id")
            metadata["last-column-id"] = max(integer("last-column-id"), Self.greatest("id", in: schema))
        case "add-spec":
            let spec = update["spec"] as? [String: Any] ?? [:]
            add(spec, to: "partition-specs", "spec-id")
            metadata["last-partition-id"] = max(integer("last-partition-id"), Self.greatest("field-id", in: spec))
        case "add-sort-order": add(update["sort-order"] as? [String: Any] ?? [:], to: "sort-orders", "order-id")
        case "set-current-schema": return choose("schemas", "current-schema-id", update["schema-id"])
        case "set-default-spec": return choose("partition-specs", "default-spec-id", update["spec-id"])
        case "set-default-sort-order": return choose("sort-orders", "default-sort-order-id", update["sort-order-id"])
        default: return applyToSnapshots(update)
        }
        return true
    }

    private mutating func applyToSnapshots(_ update: [String: Any]) -> Bool {
        var references = metadata["refs"] as? [String: Any] ?? [:]
        switch update["action"] as? String {
        case "add-snapshot":
            guard let snapshot = update["snapshot"] as? [String: Any] else { return false }
            metadata["snapshots"] = (metadata["snapshots"] as? [Any] ?? []) + [snapshot]
            metadata["last-sequence-number"] = snapshot["sequence-number"] ?? 0
        case "set-snapshot-ref":
            guard let name = update["ref-name"] as? String, let id = update["snapshot-id"] as? NSNumber else { return false }
            references[name] = update.filter { $0.key != "action" && $0.key != "ref-name" }
            metadata["refs"] = references
            if name == "main" { metadata["current-snapshot-id"] = id }
        case "remove-snapshot-ref":
            references[update["ref-name"] as? String ?? ""] = nil
            metadata["refs"] = references
        case "remove-snapshots":
            let gone = Set(update["snapshot-ids"] as? [NSNumber] ?? [])
            metadata["snapshots"] = (metadata["snapshots"] as? [[String: Any]] ?? []).filter {
                !(($0["snapshot-id"] as? NSNumber).map(gone.contains) ?? false)
            }
        default: return false
        }
        return true
    }

    private var properties: [String: String] { metadata["properties"] as? [String: String] ?? [:] }
    private func integer(_ name: String) -> Int { (metadata[name] as? NSNumber)?.intValue ?? 0 }

    private mutating func add(_ item: [String: Any], to list: String, _ number: String) {
        metadata[list] = (metadata[list] as? [Any] ?? []) + [item]
        added[list] = (item[number] as? NSNumber)?.intValue ?? 0
    }

    private mutating func choose(_ list: String, _ member: String, _ wanted: Any?) -> Bool {
        guard let wanted = (wanted as? NSNumber)?.intValue else { return false }
        guard let id = wanted == -1 ? added[list] : wanted else { return false }
        metadata[member] = id
        return true
    }

    /// The greatest number under a name, at any depth.
    private static func greatest(_ name: String, in value: Any) -> Int {
        if let items = value as? [Any] { return items.map { greatest(name, in: $0) }.max() ?? 0 }
        guard let members = value as? [String: Any] else { return 0 }
        return members.map { key, item in
            let own = [name, "element-id", "key-id", "value-id"].contains(key) ? (item as? NSNumber)?.intValue ?? 0 : 0
            return max(own, greatest(name, in: item))
        }.max() ?? 0
    }
}
