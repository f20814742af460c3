/// Changes of Iceberg tables as a catalog publishes them: what must be so, and what becomes of it.

import LodeCloud
import LodeCore

/// Changes of one table. They are published if every requirement holds at that moment; otherwise nothing changes.
package struct IcebergTableChange: Sendable {
    package var table: TableName
    package var requirements: [IcebergRequirement]
    package var updates: [IcebergUpdate]

    package init(_ table: TableName, requirements: [IcebergRequirement], updates: [IcebergUpdate]) {
        self.table = table
        self.requirements = requirements
        self.updates = updates
    }

    /// - Parameter identifier: only where the path doesn't name the table.
    func body(identifier: CloudJSON? = nil) -> CloudJSON {
        var body: CloudJSON = [
            "requirements": .array(requirements.map(\.json)), "updates": .array(updates.map(\.json)),
        ]
        if let identifier { body[member: "identifier"] = identifier }
        return body
    }
}

/// - Source: Iceberg REST Catalog API, "TableRequirement".
package enum IcebergRequirement: Sendable {
    /// The table is not there yet.
    case notThere
    case uuid(String)
    /// A branch or tag is at this snapshot; nil: it is not there.
    case reference(String, snapshot: Int64?)
    case lastColumn(Int64)
    case currentSchema(Int64)
    case lastPartition(Int64)
    case defaultSpec(Int64)
    case defaultSortOrder(Int64)

    var json: CloudJSON {
        func number(_ value: Int64) -> CloudJSON { .number(String(value)) }
        return switch self {
        case .notThere: ["type": "assert-create"]
        case .uuid(let uuid): ["type": "assert-table-uuid", "uuid": .string(uuid)]
        case .reference(let name, let snapshot):
            ["type": "assert-ref-snapshot-id", "ref": .string(name), "snapshot-id": snapshot.map(number) ?? .null]
        case .lastColumn(let id): ["type": "assert-last-assigned-field-id", "last-assigned-field-id": number(id)]
        case .currentSchema(let id): ["type": "assert-current-schema-id", "current-schema-id": number(id)]
        case .lastPartition(let id): ["type": "assert-last-assigned-partition-id", "last-assigned-partition-id": number(id)]
        case .defaultSpec(let id): ["type": "assert-default-spec-id", "default-spec-id": number(id)]
        case .defaultSortOrder(let id): ["type": "assert-default-sort-order-id", "default-sort-order-id": number(id)]
        }
    }
}

/// - Source: Iceberg REST Catalog API, "TableUpdate". Schemas, specs, orders and snapshots are as the table format writes them.
package enum IcebergUpdate: Sendable {
    case assignUUID(String)
    case upgradeFormat(Int64)
    /// - `lastColumn`: the greatest number of a column from then on, for servers that do not look for it.
    case addSchema(CloudJSON, lastColumn: Int64? = nil)
    /// -1 is the one that was added in the same change; so for spec and order.
    case setCurrentSchema(Int64)
    case addSpec(CloudJSON)
    case setDefaultSpec(Int64)
    case addSortOrder(CloudJSON)
    case setDefaultSortOrder(Int64)
    case addSnapshot(CloudJSON)
    /// - `kind`: "branch" or "tag".
    /// - `retention`: how long it and its snapshots are kept.
    case setReference(String, snapshot: Int64, kind: String, retention: CloudJSON = [:])
    case removeReference(String)
    case removeSnapshots([Int64])
    /// Of a snapshot.
    case setStatistics(CloudJSON)
    case removeStatistics(snapshot: Int64)
    case setLocation(String)
    case setProperties([String: String])
    case removeProperties([String])

    var json: CloudJSON {
        func number(_ value: Int64) -> CloudJSON { .number(String(value)) }
        return switch self {
        case .assignUUID(let uuid): ["action": "assign-uuid", "uuid": .string(uuid)]
        case .upgradeFormat(let version): ["action": "upgrade-format-version", "format-version": number(version)]
        case .addSchema(let schema, nil): ["action": "add-schema", "schema": schema]
        case .addSchema(let schema, let last?): ["action": "add-schema", "schema": schema, "last-column-id": number(last)]
        case .setCurrentSchema(let id): ["action": "set-current-schema", "schema-id": number(id)]
        case .addSpec(let spec): ["action": "add-spec", "spec": spec]
        case .setDefaultSpec(let id): ["action": "set-default-spec", "spec-id": number(id)]
        case .addSortOrder(let order): ["action": "add-sort-order", "sort-order": order]
        case .setDefaultSortOrder(let id): ["action": "set-default-sort-order", "sort-order-id": number(id)]
        case .addSnapshot(let snapshot): ["action": "add-snapshot", "snapshot": snapshot]
        case .setReference(let name, let snapshot, let kind, let retention):
            CloudJSON.object([
                ("action", "set-snapshot-ref"), ("ref-name", .string(name)), ("snapshot-id", number(snapshot)), ("type", .string(kind)),
            ]).adding(retention)
        case .removeReference(let name): ["action": "remove-snapshot-ref", "ref-name": .string(name)]
        case .removeSnapshots(let ids): ["action": "remove-snapshots", "snapshot-ids": .array(ids.map(number))]
        case .setStatistics(let file): ["action": "set-statistics", "snapshot-id": file["snapshot-id"] ?? .null, "statistics": file]
        case .removeStatistics(let snapshot): ["action": "remove-statistics", "snapshot-id": number(snapshot)]
        case .setLocation(let location): ["action": "set-location", "location": .string(location)]
        case .setProperties(let properties): ["action": "set-properties", "updates": CloudJSON(properties)]
        case .removeProperties(let names): ["action": "remove-properties", "removals": .array(names.map { .string($0) })]
        }
    }
}

extension CloudJSON {
    /// With the members of another object that it lacks.
    fileprivate func adding(_ other: CloudJSON) -> CloudJSON {
        guard case .object(let own) = self, case .object(let members) = other else { return self }
        return .object(own + members.filter { self[$0.name] == nil })
    }
}

extension IcebergRESTCatalog {
    /// Publishes changes of one table, or of several as one: all of them or none.
    ///
    /// - Throws: `40001` if a requirement does not hold: another change came first, and nothing was changed. `40003` if the server failed
    ///   or did not answer: the change may have been published. It is then not sent again, and whoever gets this error must not delete
    ///   files that the change names before the table, loaded anew, shows whether it has them.
    package func commit(_ changes: [IcebergTableChange]) throws(SQLError) {
        guard let first = changes.first else { return }
        if changes.count == 1 {
            let action = "commit to table \(first.table)"
            try client.send(IcebergRequest(.post, try path(of: first.table), body: first.body(), as: .commit, to: action))
            return
        }
        if try client.supports("POST /v1/{prefix}/transactions/commit") == false {
            throw SQLError.unsupported(
                "changing several tables of this Iceberg server at once", hint: "Change one after the other.")
        }
        let body: CloudJSON = [
            "table-changes": .array(
                changes.map { change in
                    change.body(identifier: Self.identifier(change.table))
                })
        ]
        let names = changes.map { "\($0.table)" }.joined(separator: ", ")
        try client.send(IcebergRequest(.post, ["transactions", "commit"], body: body, as: .commit, to: "commit to tables \(names)"))
    }
}
