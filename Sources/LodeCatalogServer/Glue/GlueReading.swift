/// What Glue's reading actions answer.

import LodeCatalog
import LodeCloud
import LodeCore
import LodeEngine
import LodeTables

struct GlueReading {
    /// The most that one page holds.
    /// - Source: AWS Glue Web API Reference, "GetTables", "GetPartitions", `MaxResults`.
    private static let pageSize = 100, partitionPageSize = 1000
    private let access: CatalogAccess

    init(_ access: CatalogAccess) { self.access = access }

    func answer(_ action: String, _ asked: CloudJSON) throws(SQLError) -> CloudJSON {
        switch action {
        case "GetDatabase": return ["Database": try access.schema(try text("Name", asked)).served]
        case "GetDatabases":
            let page = try page(try access.schemas(), asked, Self.pageSize) { $0.name }
            return list("DatabaseList", page.items.map(\.served), page.next)
        case "GetTable": return ["Table": try served(try access.table(try name(asked, "Name")))]
        case "GetTables": return try tables(asked)
        case "SearchTables": return try search(asked)
        case "GetTableVersion": return ["TableVersion": try version(of: try access.table(try name(asked, "TableName")))]
        case "GetTableVersions":
            // Of earlier definitions the catalog only knows what statements see of them.
            return ["TableVersions": [try version(of: try access.table(try name(asked, "TableName")))]]
        case "GetPartitions", "GetPartition", "BatchGetPartition": return try partitions(action, asked)
        case "GetUserDefinedFunctions": return ["UserDefinedFunctions": []]
        case "GetTags": return ["Tags": CloudJSON(try tags(of: try text("ResourceArn", asked)))]
        default: throw SQLError.unsupported("Glue's action \(action.prefix(100))", hint: "This endpoint is for reading.")
        }
    }

    private func text(_ name: String, _ asked: CloudJSON) throws(SQLError) -> String {
        guard let text = asked[name]?.string, !text.isEmpty else { throw SQLError(.invalidParameterValue, "\(name) is missing") }
        return text
    }

    private func name(_ asked: CloudJSON, _ member: String) throws(SQLError) -> TableName {
        TableName(try text("DatabaseName", asked), try text(member, asked))
    }

    private func list(_ name: String, _ items: [CloudJSON], _ next: String?) -> CloudJSON {
        var json = CloudJSON.object([(name: name, value: .array(items))])
        if let next { json[member: "NextToken"] = .string(next) }
        return json
    }

    private func page<Item>(
        _ all: [Item], _ asked: CloudJSON, _ most: Int, _ name: (Item) -> String
    ) throws(SQLError) -> Page<Item> {
        let wanted = asked["MaxResults"]?.integer ?? Int64(most)
        guard wanted > 0 else { throw SQLError(.invalidParameterValue, "MaxResults must be at least 1") }
        return Page(all, after: asked["NextToken"]?.string, size: Int(min(wanted, Int64(most))), name)
    }

    // MARK: Tables

    private func tables(_ asked: CloudJSON) throws(SQLError) -> CloudJSON {
        let pattern = try asked["Expression"]?.string.map { (text) throws(SQLError) in try NamePattern(text) }
        let found = try access.tables(in: try text("DatabaseName", asked)).filter { pattern?.matches($0.name) ?? true }
        let page = try page(found, asked, Self.pageSize) { $0.name }
        return list("TableList", try each(page.items) { (table) throws(SQLError) in try served(table) }, page.next)
    }

    private func search(_ asked: CloudJSON) throws(SQLError) -> CloudJSON {
        if asked["Filters"]?.items.isEmpty == false || asked["SortCriteria"]?.items.isEmpty == false {
            throw SQLError(.invalidParameterValue, "SearchTables takes a SearchText only")
        }
        let wanted = (asked["SearchText"]?.string ?? "").lowercased()
        var found: [GlueTable] = []
        for schema in try access.schemas() {
            found += try access.tables(in: schema.name).filter { wanted.isEmpty || $0.name.lowercased().contains(wanted) }
        }
        let page = try page(found, asked, Self.pageSize) { "\($0.tableName)" }
        return list("TableList", try each(page.items) { (table) throws(SQLError) in try served(table) }, page.next)
    }

    private func version(of table: GlueTable) throws(SQLError) -> CloudJSON {
        ["Table": try served(table), "VersionId": .string(table.servedVersion)]
    }

    private func served(_ table: GlueTable) throws(SQLError) -> CloudJSON {
        guard CatalogAccess.isIceberg(table) else { return table.served(document: nil) }
        // One that can't be read is listed all the same.
        let document = table.parameters[IcebergFormat.pointer] ?? (try? access.load(table))?.path
        return table.served(document: document)
    }

    /// - Parameter resource: `arn:aws:glue:region:account:table/schema/name`; only tables have tags.
    /// - Source: AWS Glue Developer Guide, "Specifying AWS Glue resource ARNs".
    private func tags(of resource: String) throws(SQLError) -> [String: String] {
        let parts = resource.split(separator: ":", omittingEmptySubsequences: false).last?.split(separator: "/").map(String.init) ?? []
        guard resource.hasPrefix("arn:") else { throw SQLError(.invalidParameterValue, "the ResourceArn is none") }
        guard parts.count == 3, parts[0] == "table" else { return [:] }
        return try access.table(TableName(parts[1], parts[2])).tags ?? [:]
    }

    private func each<Item>(
        _ items: [Item], _ body: (Item) throws(SQLError) -> CloudJSON
    ) throws(SQLError) -> [CloudJSON] {
        var found: [CloudJSON] = []
        for item in items { found.append(try body(item)) }
        return found
    }

    // MARK: Partitions

    private func partitions(_ action: String, _ asked: CloudJSON) throws(SQLError) -> CloudJSON {
        let table = try access.table(try name(asked, "TableName"))
        let all = try access.partitions(of: table), hasColumns = asked["ExcludeColumnSchema"]?.boolean != true
        func served(_ found: [GluePartition]) -> [CloudJSON] { found.map { $0.served(of: table, hasColumns: hasColumns) } }
        if action == "GetPartition" {
            let wanted = try values(asked["PartitionValues"], table)
            guard let found = all.first(where: { $0.values == wanted }) else {
                throw SQLError(.undefinedObject, "there is no partition (\(wanted.joined(separator: ", ").prefix(200)))")
            }
            return ["Partition": found.served(of: table, hasColumns: true)]
        }
        if action == "BatchGetPartition" {
            var wanted: Set<[String]> = []
            for item in asked["PartitionsToGet"]?.items ?? [] { wanted.insert(try values(item["Values"], table)) }
            return ["Partitions": .array(served(all.filter { wanted.contains($0.values) })), "UnprocessedKeys": []]
        }
        let predicate = try asked["Expression"]?.string.flatMap { $0.isEmpty ? nil : $0 }.map { (text) throws(SQLError) in
            try PartitionExpression(text, try table.partitionFields())
        }
        var found: [GluePartition] = []
        for (number, partition) in all.enumerated() where try isWanted(number, asked["Segment"]) {
            if try predicate?.holds(partition.values) ?? true { found.append(partition) }
        }
        let page = try page(found, asked, Self.partitionPageSize) { $0.values.joined(separator: "\u{1}") }
        return list("Partitions", served(page.items), page.next)
    }

    /// Readers that share the work ask for one part in so many each.
    private func isWanted(_ number: Int, _ segment: CloudJSON?) throws(SQLError) -> Bool {
        guard let segment else { return true }
        guard let own = segment["SegmentNumber"]?.integer, let total = segment["TotalSegments"]?.integer, total > 0,
            (0..<total).contains(own)
        else { throw SQLError(.invalidParameterValue, "a Segment is a number below TotalSegments") }
        return Int64(number) % total == own
    }

    private func values(_ json: CloudJSON?, _ table: GlueTable) throws(SQLError) -> [String] {
        let values = json?.items.compactMap(\.string) ?? []
        guard values.count == table.partitionKeys.count, !values.isEmpty else {
            throw SQLError(.invalidParameterValue, "the values of a partition are as many as the partition columns")
        }
        return values
    }
}

/// Which tables GetTables is asked for: names, with `*` or `.*` for any text, and `|` between them.
struct NamePattern {
    private let alternatives: [[String]]

    /// - Throws: `22023` for other signs of regular expressions.
    init(_ text: String) throws(SQLError) {
        var alternatives: [[String]] = []
        for part in text.split(separator: "|", omittingEmptySubsequences: false) {
            let plain = part.replacing(".*", with: "*")
            guard !plain.contains(where: { "()[]{}+?^$\\.".contains($0) }) else {
                throw SQLError(
                    .invalidParameterValue, "the Expression \"\(text.prefix(200))\" is not understood", hint: "Use names, * and |.")
            }
            alternatives.append(plain.split(separator: "*", omittingEmptySubsequences: false).map { $0.lowercased() })
        }
        self.alternatives = alternatives
    }

    func matches(_ name: String) -> Bool { alternatives.contains { Self.matches(name.lowercased(), $0) } }

    /// The first part is the name's start, the last one its end, those between follow each other.
    private static func matches(_ name: String, _ parts: [String]) -> Bool {
        guard let first = parts.first, let last = parts.last, name.hasPrefix(first) else { return false }
        if parts.count == 1 { return name == first }
        var rest = name.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
