// Glue's Data Catalog in memory: pages, filters and refuses as AWS documents.

import LodeCatalog
import LodeCloud
import LodeCore

package final class StubGlue: GlueService {
    package struct State {
        package var databases: [String: CloudJSON] = [:]
        package var tables: [String: CloudJSON] = [:]
        /// In the order in which they were made, by table.
        package var partitions: [String: [CloudJSON]] = [:]
        /// By table and column.
        package var statistics: [String: CloudJSON] = [:]
        /// By the names of resources.
        package var tags: [String: [String: String]] = [:]
        /// Earlier definitions that were not changed in passing, by table.
        package var versions: [String: [CloudJSON]] = [:]
        package var calls: [String] = []
        /// What it was connected to with.
        package var options: [String: String] = [:]
        package var lastExpression: String?
        /// Actions that fail: InternalServiceException.
        package var failing: Set<String> = []
        /// Whether it takes no expressions: InvalidInputException.
        package var refusesExpressions = false
        /// Done before the next UpdateTable: another client.
        package var meanwhile: (@Sendable (inout State) -> Void)?
    }

    package static let account = "123456789012"
    package var region: String { "eu-west-1" }

    package let state = Lock(State())
    /// The most that a page holds, whatever is asked.
    let pageSize: Int

    package init(pageSize: Int = 1000) { self.pageSize = pageSize }

    /// The definition of a table, by its database and name: `web.t`; null if there is none.
    package func table(_ name: String) -> CloudJSON { state.withLock { $0.tables[name] } ?? .null }

    package var calls: [String] { state.withLock { $0.calls } }

    private static func fault(_ code: String, _ action: String) -> SQLError {
        GlueFault.error(AWSFault(code: code, message: "stub"), action, "glue")
    }

    package func send(_ action: String, _ request: CloudJSON) throws(SQLError) -> CloudJSON {
        try state.withLock { (state) throws(SQLError) in
            state.calls.append(action)
            if state.failing.contains(action) { throw Self.fault("InternalServiceException", action) }
            return try answer(action, request, &state)
        }
    }

    private func answer(_ action: String, _ request: CloudJSON, _ state: inout State) throws(SQLError) -> CloudJSON {
        let database = request["DatabaseName"]?.string ?? request["Name"]?.string ?? ""
        let name = request["TableName"]?.string ?? request["Name"]?.string ?? request["TableInput"]?["Name"]?.string ?? ""
        let key = "\(database).\(name)"
        func missing() -> SQLError { Self.fault("EntityNotFoundException", action) }
        switch action {
        case "CreateDatabase":
            guard let input = request["DatabaseInput"], let name = input["Name"]?.string else { throw missing() }
            guard state.databases.updateValue(input, forKey: name) == nil else { throw Self.fault("AlreadyExistsException", action) }
            return [:]
        case "GetDatabase":
            guard let found = state.databases[name] else { throw missing() }
            return ["Database": found]
        case "GetDatabases": return page(state.databases.sorted { $0.key < $1.key }.map(\.value), "DatabaseList", request)
        case "DeleteDatabase":
            guard state.databases.removeValue(forKey: name) != nil else { throw missing() }
            state.tables = state.tables.filter { !$0.key.hasPrefix(name + ".") }
            return [:]
        case "CreateTable":
            guard state.databases[database] != nil, var table = request["TableInput"] else { throw missing() }
            if state.tables[key] != nil { throw Self.fault("AlreadyExistsException", action) }
            table[member: "DatabaseName"] = .string(database)
            table[member: "CatalogId"] = .string(Self.account)
            table[member: "VersionId"] = "1"
            table[member: "CreateTime"] = .number("1.7643429E9")
            state.tables[key] = table
            return [:]
        case "GetTable":
            guard let table = state.tables[key] else { throw missing() }
            return ["Table": table]
        case "GetTables":
            let found = state.tables.filter { $0.key.hasPrefix(database + ".") }.sorted { $0.key < $1.key }.map(\.value)
            return page(found, "TableList", request)
        case "UpdateTable":
            if let other = state.meanwhile {
                state.meanwhile = nil
                other(&state)
            }
            guard let old = state.tables[key], var table = request["TableInput"] else { throw missing() }
            if let version = request["VersionId"]?.string, version != old["VersionId"]?.string {
                throw Self.fault("ConcurrentModificationException", action)
            }
            if request["SkipArchive"]?.boolean != true { state.versions[key, default: []].append(old) }
            table[member: "CatalogId"] = .string(Self.account)
            table[member: "DatabaseName"] = .string(database)
            table[member: "VersionId"] = .string(String((Int(old["VersionId"]?.string ?? "") ?? 0) + 1))
            state.tables[key] = table
            return [:]
        case "DeleteTable":
            guard state.tables.removeValue(forKey: key) != nil else { throw missing() }
            state.partitions[key] = nil
            return [:]
        case "TagResource", "UntagResource", "GetTags": return tagAnswer(action, request, &state)
        default: return try partitionAnswer(action, request, key, &state)
        }
    }

    private func tagAnswer(_ action: String, _ request: CloudJSON, _ state: inout State) -> CloudJSON {
        let resource = request["ResourceArn"]?.string ?? ""
        var tags = state.tags[resource] ?? [:]
        if action == "GetTags" { return ["Tags": CloudJSON(tags)] }
        for name in request["TagsToRemove"]?.items.compactMap(\.string) ?? [] { tags[name] = nil }
        tags.merge(request["TagsToAdd"]?.texts ?? [:]) { $1 }
        state.tags[resource] = tags
        return [:]
    }

    private func partitionAnswer(
        _ action: String, _ request: CloudJSON, _ key: String, _ state: inout State
    ) throws(SQLError) -> CloudJSON {
        guard let table = state.tables[key] else { throw Self.fault("EntityNotFoundException", action) }
        switch action {
        case "GetPartitions":
            var found = state.partitions[key] ?? []
            state.lastExpression = request["Expression"]?.string
            if state.lastExpression != nil, state.refusesExpressions { throw Self.fault("InvalidInputException", action) }
            if let expression = request["Expression"]?.string {
                let columns = table["PartitionKeys"]?.items.compactMap { $0["Name"]?.string } ?? []
                found = found.filter { StubExpression.holds(expression, columns, $0["Values"]?.items.compactMap(\.string) ?? []) }
            }
            return page(found, "Partitions", request)
        case "BatchGetPartition":
            let wanted = request["PartitionsToGet"]?.items.compactMap { $0["Values"] } ?? []
            return ["Partitions": .array((state.partitions[key] ?? []).filter { $0["Values"].map(wanted.contains) ?? false })]
        case "UpdateColumnStatisticsForTable":
            for one in request["ColumnStatisticsList"]?.items ?? [] { state.statistics["\(key).\(one["ColumnName"]?.string ?? "")"] = one }
            return ["Errors": []]
        case "GetColumnStatisticsForTable":
            let names = request["ColumnNames"]?.items.compactMap(\.string) ?? []
            if names.isEmpty || names.count > 100 { throw Self.fault("ValidationException", action) }
            return ["ColumnStatisticsList": .array(names.compactMap { state.statistics["\(key).\($0)"] }), "Errors": []]
        case "GetTableVersions":
            let all = [table] + (state.versions[key] ?? []).reversed()
            return page(all.map { ["Table": $0, "VersionId": $0["VersionId"] ?? .null] }, "TableVersions", request)
        case "BatchCreatePartition":
            var errors: [CloudJSON] = []
            for input in request["PartitionInputList"]?.items ?? [] {
                if state.partitions[key]?.contains(where: { $0["Values"] == input["Values"] }) == true {
                    errors.append(["PartitionValues": input["Values"] ?? [], "ErrorDetail": ["ErrorCode": "AlreadyExistsException"]])
                } else {
                    state.partitions[key, default: []].append(input)
                }
            }
            return ["Errors": .array(errors)]
        case "BatchUpdatePartition":
            for entry in request["Entries"]?.items ?? [] {
                let at = state.partitions[key]?.firstIndex { $0["Values"] == entry["PartitionValueList"] }
                guard let at, let input = entry["PartitionInput"] else { return ["Errors": [Self.missing(entry["PartitionValueList"])]] }
                state.partitions[key]?[at] = input
            }
            return ["Errors": []]
        case "BatchDeletePartition":
            let gone = request["PartitionsToDelete"]?.items.compactMap { $0["Values"] } ?? [], before = state.partitions[key] ?? []
            if gone.count > 25 { throw Self.fault("ValidationException", action) }
            state.partitions[key] = before.filter { partition in !gone.contains { $0 == partition["Values"] } }
            return ["Errors": .array(gone.filter { values in !before.contains { $0["Values"] == values } }.map { Self.missing($0) })]
        case "DeletePartition":
            let before = state.partitions[key] ?? []
            state.partitions[key] = before.filter { $0["Values"] != request["PartitionValues"] }
            if state.partitions[key]?.count == before.count { throw Self.fault("EntityNotFoundException", action) }
            return [:]
        default: throw Self.fault("UnknownOperationException", action)
        }
    }

    private static func missing(_ values: CloudJSON?) -> CloudJSON {
        ["PartitionValues": values ?? [], "ErrorDetail": ["ErrorCode": "EntityNotFoundException"]]
    }

    private func page(_ items: [CloudJSON], _ name: String, _ request: CloudJSON) -> CloudJSON {
        var count = pageSize
        if case .number(let text)? = request["MaxResults"], let wanted = Int(text) { count = min(count, wanted) }
        let start = Int(request["NextToken"]?.string ?? "0") ?? 0, end = min(start + count, items.count)
        var answer: CloudJSON = .object([(name: name, value: .array(Array(items[start..<end])))])
        if end < items.count { answer[member: "NextToken"] = .string(String(end)) }
        return answer
    }
}
