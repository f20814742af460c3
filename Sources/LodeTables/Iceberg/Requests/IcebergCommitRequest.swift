/// What a client of a catalog wants to become of an Iceberg table.

import LodeCore

/// Requirements that must hold when the change is published, and updates in their order, as they came: nothing of it is trusted.
/// - Source: Iceberg REST Catalog API, "CommitTableRequest", "TableRequirement", "TableUpdate".
package struct IcebergCommitRequest: Sendable {
    enum Requirement: Hashable, Sendable {
        /// The table is made by this change.
        case notThere
        case uuid(String)
        /// A branch or tag is at this snapshot; nil: it is not there.
        case reference(String, snapshot: Int64?)
        /// A member of the document has this value.
        case member(String, Int64)
    }

    struct Update: Sendable {
        var action: Action
        var json: JSONTree
    }

    enum Action: String, Sendable {
        case assignUUID = "assign-uuid"
        case upgradeFormatVersion = "upgrade-format-version"
        case addSchema = "add-schema"
        case setCurrentSchema = "set-current-schema"
        case addSpec = "add-spec"
        case setDefaultSpec = "set-default-spec"
        case addSortOrder = "add-sort-order"
        case setDefaultSortOrder = "set-default-sort-order"
        case addSnapshot = "add-snapshot"
        case setReference = "set-snapshot-ref"
        case removeReference = "remove-snapshot-ref"
        case removeSnapshots = "remove-snapshots"
        case setLocation = "set-location"
        case setProperties = "set-properties"
        case removeProperties = "remove-properties"
        case setStatistics = "set-statistics"
        case removeStatistics = "remove-statistics"
        case setPartitionStatistics = "set-partition-statistics"
        case removePartitionStatistics = "remove-partition-statistics"
        case removeSpecs = "remove-partition-specs"
        case removeSchemas = "remove-schemas"
    }

    /// The table, where the path of the request does not say which.
    package private(set) var namespace: [String]?
    package private(set) var name: String?
    let requirements: [Requirement]
    let updates: [Update]

    /// - Throws: `22023` for what is no such request, `0A000` for requirements and updates that are not known, by name.
    package init(_ body: [UInt8]) throws(SQLError) { try self.init(JSONTree(untrusted: body)) }

    /// Each may copy the document's lists.
    private static let mostUpdates = 10_000

    init(_ json: JSONTree) throws(SQLError) {
        var requirements: [Requirement] = [], updates: [Update] = []
        for item in try json.list("requirements", isOptional: true) { requirements.append(try Requirement(item)) }
        let wanted = try json.list("updates")
        guard wanted.count <= Self.mostUpdates else {
            throw SQLError(.invalidParameterValue, "a commit takes at most \(Self.mostUpdates) updates")
        }
        for item in wanted {
            let word = try item.required("action")
            guard let action = Action(rawValue: word) else { throw SQLError.unsupported("the update \"\(word.prefix(100))\" of a table") }
            updates.append(Update(action: action, json: item))
        }
        self.requirements = requirements
        self.updates = updates
        guard let identifier = json["identifier"] else { return }
        namespace = try identifier.list("namespace").compactMap(\.text)
        name = try identifier.required("name")
    }

    /// The changes of several tables that are published as one.
    /// - Source: Iceberg REST Catalog API, "CommitTransactionRequest".
    package static func several(_ body: [UInt8]) throws(SQLError) -> [IcebergCommitRequest] {
        var found: [IcebergCommitRequest] = []
        for item in try JSONTree(untrusted: body).list("table-changes") {
            let request = try IcebergCommitRequest(item)
            guard request.name != nil else { throw JSONTree.lacks("identifier") }
            found.append(request)
        }
        return found
    }

    /// Whether it only requires something.
    package var changesNothing: Bool { updates.isEmpty && !creates }

    /// Whether it makes the table.
    package var creates: Bool { requirements.contains(.notThere) }

    /// Where the table is to lie, if that is said.
    package var location: String? { updates.last { $0.action == .setLocation }?.json["location"]?.text }

    /// What the change may do to the rows and the definition of a table: what a role must be allowed to do. What a snapshot says of
    /// itself is not believed.
    package var effects: Effects { effects { _ in false } }

    /// What it does, where snapshots that say so and add to what is there, only append.
    package func effects(on table: IcebergCatalogTable, _ io: any TableIO) -> Effects {
        effects { isAppend($0, to: table, io) }
    }

    private func effects(_ isAppend: (JSONTree) -> Bool) -> Effects {
        var found: Effects = []
        for update in updates {
            switch update.action {
            case .addSnapshot:
                let snapshot = update.json["snapshot"] ?? .null
                if snapshot["summary"]?["operation"]?.text == "replace" {
                    // The same rows in other files, it says: the owner may, whose rows they are.
                    found.insert(.maintains)
                } else {
                    found.formUnion(isAppend(snapshot) ? .inserts : [.inserts, .deletes])
                }
            case .setReference:
                let id = update.json["snapshot-id"]
                let added = updates.contains { $0.action == .addSnapshot && $0.json["snapshot"]?["snapshot-id"] == id }
                if !added || update.json["ref-name"]?.text != "main" { found.insert(.maintains) }
            case .setStatistics, .setPartitionStatistics: found.insert(.inserts)
            case .assignUUID: break
            default: found.insert(.maintains)
            }
        }
        return found
    }

    package struct Effects: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        package static let inserts = Effects(rawValue: 1)
        package static let deletes = Effects(rawValue: 2)
        /// Its definition, its history, or how its rows lie in files: the owner's business.
        package static let maintains = Effects(rawValue: 4)
    }
}

extension IcebergCommitRequest.Requirement {
    init(_ json: JSONTree) throws(SQLError) {
        let word = try json.required("type")
        switch word {
        case "assert-create": self = .notThere
        case "assert-table-uuid": self = .uuid(try json.required("uuid"))
        case "assert-ref-snapshot-id":
            self = .reference(try json.required("ref"), snapshot: json["snapshot-id"] == .null ? nil : json["snapshot-id"]?.integer)
        case "assert-last-assigned-field-id": self = .member("last-column-id", try json.number("last-assigned-field-id"))
        case "assert-current-schema-id": self = .member("current-schema-id", try json.number("current-schema-id"))
        case "assert-last-assigned-partition-id": self = .member("last-partition-id", try json.number("last-assigned-partition-id"))
        case "assert-default-spec-id": self = .member("default-spec-id", try json.number("default-spec-id"))
        case "assert-default-sort-order-id": self = .member("default-sort-order-id", try json.number("default-sort-order-id"))
        default: throw SQLError.unsupported("the requirement \"\(word.prefix(100))\" of a table")
        }
    }

    /// - Parameter document: nil if there is no such table.
    /// - Throws: `40001` if it does not hold; `42P07` for a table that should not be there.
    func check(_ document: JSONTree?) throws(SQLError) {
        switch (self, document) {
        case (.notThere, nil): return
        case (.notThere, _): throw SQLError(.duplicateTable, "the table is there already")
        case (_, nil): throw IcebergWriting.unmet("The table is not there.")
        case (.uuid(let uuid), let document?):
            guard document["table-uuid"]?.text?.lowercased() == uuid.lowercased() else {
                throw IcebergWriting.unmet("It is another table by now.")
            }
        case (.reference(let name, let snapshot), let document?):
            guard document.snapshot(of: name) == snapshot else {
                throw IcebergWriting.unmet("The branch or tag \"\(name.prefix(200))\" is at another snapshot.")
            }
        case (.member(let name, let value), let document?):
            guard document[name]?.integer == value else { throw IcebergWriting.unmet("It has another \(name).") }
        }
    }
}

extension IcebergWriting {
    /// A requirement does not hold: nothing was changed.
    static func unmet(_ detail: String) -> SQLError {
        SQLError(.serializationFailure, "the Iceberg table was changed by another commit", detail: detail)
    }
}
