/// The updates of a commit, applied to the metadata document of a table.

import LodeCore

/// A document on its way from one version to the next. What the updates name is checked where a wrong one would be written down; what is
/// left, the reader of the document finds out.
/// - Source: Iceberg REST Catalog API, "TableUpdate"; Iceberg Table Spec, "Table Metadata Fields".
struct IcebergDocumentEdit {
    private(set) var tree: JSONTree
    /// In milliseconds since 1970-01-01 UTC.
    private let now: Int64
    /// What -1 stands for: the schema, spec or order that was added last.
    private var latest: [IcebergCommitRequest.Action: Int64] = [:]
    private var addedSnapshots: Set<Int64> = []
    /// The last sequence number that the updates can reach: each snapshot takes one.
    private var greatestSequence: Int64 = 0

    init(_ tree: JSONTree, now: Int64) {
        self.tree = tree
        self.now = now
    }

    var formatVersion: Int64 { tree["format-version"]?.integer ?? 2 }

    mutating func apply(_ updates: [IcebergCommitRequest.Update]) throws(SQLError) {
        let added = updates.count { $0.action == .addSnapshot }
        let (reached, overflow) = (tree["last-sequence-number"]?.integer ?? 0).addingReportingOverflow(Int64(added))
        greatestSequence = overflow ? .max : reached
        for update in updates {
            try Cancellation.checkCurrent()
            try apply(update)
        }
        dropPassingSnapshots()
        if formatVersion == 1 { repeatForVersion1() }
        tree["last-updated-ms"] = .integer(now)
    }

    private mutating func apply(_ update: IcebergCommitRequest.Update) throws(SQLError) {
        let json = update.json
        switch update.action {
        case .assignUUID: try assign(uuid: try json.required("uuid"))
        case .upgradeFormatVersion: try upgrade(to: try json.number("format-version"))
        case .addSchema: try add(schema: try json.object("schema"))
        case .setCurrentSchema: try choose(json, "schema-id", in: "schemas", of: .addSchema, as: "current-schema-id")
        case .addSpec: try add(spec: try json.object("spec"))
        case .setDefaultSpec: try choose(json, "spec-id", in: "partition-specs", of: .addSpec, as: "default-spec-id")
        case .addSortOrder: try add(order: try json.object("sort-order"))
        case .setDefaultSortOrder:
            try choose(json, "sort-order-id", listed: "order-id", in: "sort-orders", of: .addSortOrder, as: "default-sort-order-id")
        case .addSnapshot: try add(snapshot: try json.object("snapshot"))
        case .setReference: try setReference(json)
        case .removeReference: removeReference(try json.required("ref-name"))
        case .removeSnapshots: removeSnapshots(Set(try json.list("snapshot-ids").compactMap(\.integer)))
        case .setLocation: try move(to: try json.required("location"))
        case .setProperties: try setProperties(try json.texts("updates"))
        case .removeProperties:
            for name in try json.list("removals").compactMap(\.text) { tree["properties"]?[name] = nil }
        case .setStatistics: try replace(in: "statistics", with: try json.object("statistics"))
        case .setPartitionStatistics: try replace(in: "partition-statistics", with: try json.object("partition-statistics"))
        case .removeStatistics: remove(from: "statistics", "snapshot-id", [try json.number("snapshot-id")])
        case .removePartitionStatistics: remove(from: "partition-statistics", "snapshot-id", [try json.number("snapshot-id")])
        case .removeSpecs: try retire(json, "spec-ids", in: "partition-specs", "spec-id", current: "default-spec-id")
        case .removeSchemas: try retire(json, "schema-ids", in: "schemas", "schema-id", current: "current-schema-id")
        }
    }

    static func wrong(_ message: String, detail: String? = nil) -> SQLError { SQLError(.invalidParameterValue, message, detail: detail) }

    // MARK: The table

    private mutating func assign(uuid: String) throws(SQLError) {
        let known = tree["table-uuid"]?.text ?? ""
        if known.isEmpty { return tree["table-uuid"] = .string(uuid) }
        guard known.lowercased() == uuid.lowercased() else { throw Self.wrong("the UUID of a table can't be changed") }
    }

    private mutating func upgrade(to version: Int64) throws(SQLError) {
        let before = formatVersion
        guard (1...3).contains(version) else { throw SQLError.unsupported("version \(version) of the Iceberg format") }
        guard version >= before else { throw Self.wrong("version \(before) of the Iceberg format can't be made \(version)") }
        tree["format-version"] = .integer(version)
        if version >= 2 {
            if tree["last-sequence-number"] == nil { tree["last-sequence-number"] = .integer(0) }
            tree["schema"] = nil
            tree["partition-spec"] = nil
        }
        if version >= 3, tree["next-row-id"] == nil { tree["next-row-id"] = .integer(0) }
    }

    /// The catalog's documents lie where the table does.
    private mutating func move(to location: String) throws(SQLError) {
        let known = tree["location"]?.text ?? "", wanted = TablePath.folder(location)
        guard known.isEmpty || TablePath.folder(known) == wanted else {
            throw SQLError.unsupported("moving an Iceberg table to another location")
        }
        if known.isEmpty { tree["location"] = .string(wanted) }
    }

    private mutating func setProperties(_ properties: [String: String]) throws(SQLError) {
        var all = tree["properties"] ?? .object([])
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            // What the document itself says.
            if name == "format-version" {
                guard let version = Int64(value) else { throw Self.wrong("format-version must be a number") }
                if version != formatVersion { try upgrade(to: version) }
            } else {
                all[name] = .string(value)
            }
        }
        tree["properties"] = all
    }

    /// Version 1 has the current schema and spec a second time.
    /// - Source: Iceberg Table Spec, "Table Metadata Fields", `schema`, `partition-spec`.
    private mutating func repeatForVersion1() {
        if let id = tree["current-schema-id"]?.integer, let schema = tree.item(of: "schemas", "schema-id", id) { tree["schema"] = schema }
        if let id = tree["default-spec-id"]?.integer, let spec = tree.item(of: "partition-specs", "spec-id", id) {
            tree["partition-spec"] = spec["fields"] ?? .array([])
        }
    }

    // MARK: Schemas, specs and orders

    /// Adds a definition under a number of its own, unless one just like it is there.
    private mutating func add(
        _ definition: JSONTree, _ key: String, to list: String, as action: IcebergCommitRequest.Action, first: Int64 = 0
    ) {
        func bare(_ item: JSONTree) -> JSONTree {
            var item = item
            item[key] = nil
            item["type"] = nil
            return .object(item.members.sorted { $0.name < $1.name })
        }
        if let known = tree[list]?.items.first(where: { bare($0) == bare(definition) }), let id = known[key]?.integer {
            return latest[action] = id
        }
        let id = max(first, tree.greatest(of: list, key).map { $0 &+ 1 } ?? first)
        var item = definition
        item[key] = .integer(id)
        tree.append(item, to: list)
        latest[action] = id
    }

    private mutating func add(schema: JSONTree) throws(SQLError) {
        let last = try IcebergFieldNumbers.greatest(in: schema)
        add(schema, "schema-id", to: "schemas", as: .addSchema)
        tree["last-column-id"] = .integer(max(last, tree["last-column-id"]?.integer ?? 0))
    }

    /// Fields that have no number get that of the same field of an earlier spec, or a new one.
    private mutating func add(spec: JSONTree) throws(SQLError) {
        var last = max(999, tree["last-partition-id"]?.integer ?? 999), fields: [JSONTree] = []
        let earlier = (tree["partition-specs"]?.items ?? []).flatMap { $0["fields"]?.items ?? [] }
        for field in try spec.list("fields") {
            var field = field
            let transform = try field.required("transform"), source = field["source-id"]
            if field["field-id"]?.integer == nil {
                let same = earlier.first { $0["source-id"] == source && $0["transform"]?.text == transform }
                field["field-id"] = same?["field-id"] ?? .integer(last &+ 1)
            }
            let id = try field.number("field-id")
            guard (1000...Int64(Int32.max)).contains(id) else { throw Self.wrong("a partition field can't have the number \(id)") }
            last = max(last, id)
            fields.append(field)
        }
        add(.object([.init("spec-id", .integer(0)), .init("fields", .array(fields))]), "spec-id", to: "partition-specs", as: .addSpec)
        tree["last-partition-id"] = .integer(last)
    }

    /// Number 0 is that of no order.
    private mutating func add(order: JSONTree) throws(SQLError) {
        let fields = try order.list("fields")
        let definition = JSONTree.object([.init("order-id", .integer(0)), .init("fields", .array(fields))])
        guard fields.isEmpty else { return add(definition, "order-id", to: "sort-orders", as: .addSortOrder, first: 1) }
        if tree.item(of: "sort-orders", "order-id", 0) == nil { tree.append(definition, to: "sort-orders") }
        latest[.addSortOrder] = 0
    }

    private mutating func choose(
        _ json: JSONTree, _ member: String, listed key: String? = nil, in list: String, of action: IcebergCommitRequest.Action,
        as current: String
    ) throws(SQLError) {
        let given = try json.number(member)
        guard let id = given == -1 ? latest[action] : given, tree.item(of: list, key ?? member, id) != nil else {
            throw Self.wrong("there is no \(member) \(given) in \(list)")
        }
        tree[current] = .integer(id)
    }

    private mutating func retire(
        _ json: JSONTree, _ member: String, in list: String, _ key: String, current: String
    ) throws(SQLError) {
        let ids = Set(try json.list(member).compactMap(\.integer))
        guard let now = tree[current]?.integer, !ids.contains(now) else { throw Self.wrong("what is in use can't be removed from \(list)") }
        remove(from: list, key, ids)
    }

    private mutating func remove(from list: String, _ key: String, _ ids: Set<Int64>) {
        tree[list] = .array((tree[list]?.items ?? []).filter { item in item[key]?.integer.map { !ids.contains($0) } ?? true })
    }

    private mutating func replace(in list: String, with item: JSONTree) throws(SQLError) {
        remove(from: list, "snapshot-id", [try item.number("snapshot-id")])
        tree.append(item, to: list)
    }

    // MARK: Snapshots

    private mutating func add(snapshot: JSONTree) throws(SQLError) {
        let id = try snapshot.number("snapshot-id")
        guard tree.item(of: "snapshots", "snapshot-id", id) == nil else { throw Self.wrong("there is a snapshot \(id) already") }
        guard snapshot["manifest-list"]?.text != nil else { throw SQLError.unsupported("a snapshot without a manifest list") }
        _ = try snapshot.number("timestamp-ms")
        if formatVersion >= 2 {
            let number = try snapshot.number("sequence-number"), last = tree["last-sequence-number"]?.integer ?? 0
            guard number > last || snapshot["parent-snapshot-id"]?.integer == nil else {
                throw IcebergWriting.unmet("The snapshot's sequence number \(number) is not after \(last).")
            }
            // One that is far ahead would leave none to later commits.
            guard (0...max(0, greatestSequence)).contains(number) else {
                throw Self.wrong("a snapshot after sequence number \(last) can't have \(number)")
            }
            tree["last-sequence-number"] = .integer(max(last, number))
        }
        if formatVersion >= 3 {
            let first = try snapshot.number("first-row-id"), added = try snapshot.number("added-rows")
            let next = tree["next-row-id"]?.integer ?? 0, (after, overflow) = first.addingReportingOverflow(added)
            guard first >= next else { throw IcebergWriting.unmet("Row \(first) was given away already.") }
            guard first == next else { throw Self.wrong("a snapshot's first row must be \(next), not \(first)") }
            guard added >= 0, !overflow else { throw Self.wrong("a snapshot can't add \(added) rows") }
            tree["next-row-id"] = .integer(after)
        }
        tree.append(snapshot, to: "snapshots")
        addedSnapshots.insert(id)
    }

    private mutating func setReference(_ json: JSONTree) throws(SQLError) {
        let name = try json.required("ref-name"), id = try json.number("snapshot-id"), kind = try json.required("type").lowercased()
        guard ["branch", "tag"].contains(kind), !(name == "main" && kind == "tag") else {
            throw Self.wrong("\"\(name.prefix(200))\" can't be a \(kind.prefix(100))")
        }
        guard let snapshot = tree.item(of: "snapshots", "snapshot-id", id) else { throw Self.wrong("there is no snapshot \(id)") }
        if kind == "branch" { try requireDescent(of: id, on: name) }
        var reference = JSONTree.object([.init("snapshot-id", .integer(id)), .init("type", .string(kind))])
        for member in ["max-ref-age-ms", "max-snapshot-age-ms", "min-snapshots-to-keep"] {
            if let value = json[member]?.integer { reference[member] = .integer(value) }
        }
        var references = tree["refs"] ?? .object([])
        let isMoved = name == "main" && tree.snapshot(of: name) != id
        references[name] = reference
        tree["refs"] = references
        guard isMoved else { return }
        tree["current-snapshot-id"] = .integer(id)
        let time = addedSnapshots.contains(id) ? snapshot["timestamp-ms"]?.integer ?? now : now
        tree.append(.object([.init("snapshot-id", .integer(id)), .init("timestamp-ms", .integer(time))]), to: "snapshot-log")
    }

    /// A snapshot of this change comes after the one that the branch is at: nobody's commit meanwhile is passed over.
    private func requireDescent(of id: Int64, on branch: String) throws(SQLError) {
        let head = tree.snapshot(of: branch)
        guard addedSnapshots.contains(id), id != head, branch == "main" || head != nil else { return }
        var left = addedSnapshots, next: Int64? = id
        while let one = next, one != head, left.remove(one) != nil {
            next = tree.item(of: "snapshots", "snapshot-id", one)?["parent-snapshot-id"]?.integer
        }
        guard next == head else { throw IcebergWriting.unmet("The snapshot \(id) does not follow the latest one of its branch.") }
    }

    private mutating func removeReference(_ name: String) {
        tree["refs"]?[name] = nil
        guard name == "main" else { return }
        tree["current-snapshot-id"] = .integer(-1)
        tree["snapshot-log"] = .array([])
    }

    /// What is said about snapshots that are gone goes too. Times before one that was current and is gone can't be told any more.
    private mutating func removeSnapshots(_ ids: Set<Int64>) {
        for list in ["snapshots", "statistics", "partition-statistics"] { remove(from: list, "snapshot-id", ids) }
        for reference in tree["refs"]?.members ?? [] where reference.value["snapshot-id"]?.integer.map(ids.contains) == true {
            removeReference(reference.name)
        }
        let log = tree["snapshot-log"]?.items ?? []
        if let last = log.lastIndex(where: { $0["snapshot-id"]?.integer.map(ids.contains) == true }) {
            tree["snapshot-log"] = .array(Array(log[(last + 1)...]))
        }
    }

    /// Snapshots that were the current one only within this change never were for anybody else.
    private mutating func dropPassingSnapshots() {
        let current = tree.snapshot(of: "main")
        tree["snapshot-log"] = .array(
            (tree["snapshot-log"]?.items ?? []).filter { entry in
                guard let id = entry["snapshot-id"]?.integer else { return true }
                return !addedSnapshots.contains(id) || id == current
            })
    }
}
