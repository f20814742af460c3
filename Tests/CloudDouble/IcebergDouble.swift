/// An Iceberg REST server in memory, which fails as a test says.

import Foundation
import Synchronization

/// Namespaces, tables and views in pages, tokens, and commits that check what they require.
public final class IcebergDouble: Sendable {
    public struct Name: Hashable, Sendable {
        var namespace: [String]
        var name: String

        public init(namespace: [String], name: String) {
            self.namespace = namespace
            self.name = name
        }
    }

    public struct State: Sendable {
        public var namespaces: [[String]: [String: String]] = [:]
        /// Metadata documents.
        public var tables: [Name: String] = [:]
        var views: [Name: String] = [:]
        /// Where new tables lie.
        public var warehouse = "s3://lake"
        /// What `GET v1/config` answers.
        public var config = "{\"defaults\": {}, \"overrides\": {\"prefix\": \"main\"}}"
        /// `client:secret`; nil for a server that asks nobody who he is.
        public var credential: String?
        public var tokenSeconds = 3600
        public var tokens: Set<String> = []
        public var tokensGiven = 0
        /// Members of what `loadTable` gives beside the metadata.
        public var tableExtras = "{}"
        /// Instead of an answer.
        var intercept: @Sendable (DoubleRequest) -> DoubleAnswer? = { _ in nil }
        /// Done before the next commit: another client.
        var meanwhile: (@Sendable (inout State) -> Void)?
        var version = 0
    }

    let state = Mutex(State())
    private let double: CloudDouble
    private let pageSize: Int

    public init(pageSize: Int = 1_000) throws {
        self.pageSize = pageSize
        double = try CloudDouble { _ in DoubleAnswer(500) }
        double.become { [weak self] in self?.answer($0) ?? DoubleAnswer(500) }
    }

    public var url: String { double.url }
    public var requests: [DoubleRequest] { double.requests }
    public func change(_ body: @Sendable (inout State) -> Void) { state.withLock { body(&$0) } }
    public func intercept(_ body: @escaping @Sendable (DoubleRequest) -> DoubleAnswer?) { state.withLock { $0.intercept = body } }
    public func beforeCommit(_ body: @escaping @Sendable (inout State) -> Void) { state.withLock { $0.meanwhile = body } }
    public var tokensGiven: Int { state.withLock { $0.tokensGiven } }

    /// - Parameter schema: the `fields` of the current schema.
    public func addTable(_ namespace: [String], _ name: String, fields: String = idField, more: String = "") {
        let metadata = """
            {"format-version": 2, "table-uuid": "uuid-\(name)", "location": "s3://lake/\(name)", "last-updated-ms": 1000,
            "current-schema-id": 0, "schemas": [{"schema-id": 0, "type": "struct", "fields": \(fields)}], "properties": {}\(more)}
            """
        state.withLock { state in
            state.namespaces[namespace, default: [:]].merge([:]) { old, _ in old }
            state.tables[Name(namespace: namespace, name: name)] = metadata
        }
    }

    public static let idField = #"[{"id": 1, "name": "id", "type": "long", "required": true, "doc": "the key"}]"#

    /// - Parameter texts: by dialect.
    public func addView(_ namespace: [String], _ name: String, _ texts: [String: String]) {
        let representations = texts.sorted { $0.key < $1.key }.map { ["type": "sql", "sql": $0.value, "dialect": $0.key] }
        let version: [String: Any] = [
            "version-id": 1, "schema-id": 0, "representations": representations, "default-namespace": namespace,
        ]
        let field: [String: Any] = ["id": 1, "name": "id", "type": "long", "required": false]
        let view: [String: Any] = [
            "format-version": 1, "current-version-id": 1, "versions": [version], "properties": ["owner": "me"],
            "schemas": [["schema-id": 0, "type": "struct", "fields": [field]] as [String: Any]],
        ]
        let text = Self.text(view)
        state.withLock { $0.views[Name(namespace: namespace, name: name)] = text }
    }

    public func property(_ name: String, of table: String, in namespace: [String]) -> String? {
        let text = state.withLock { $0.tables[Name(namespace: namespace, name: table)] }
        return (Self.object(text ?? "")["properties"] as? [String: String])?[name]
    }

    // MARK: Answers

    static func text(_ object: Any) -> String {
        (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    static func object(_ text: String) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }

    public static func fault(_ status: Int, _ type: String, _ message: String = "as the test says") -> DoubleAnswer {
        DoubleAnswer(status, text: text(["error": ["message": message, "type": type, "code": status] as [String: Any]]))
    }

    private func answer(_ request: DoubleRequest) -> DoubleAnswer {
        state.withLock { state in
            if let answer = state.intercept(request) { return answer }
            // Names in paths are encoded.
            let parts = request.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
            let body = String(decoding: request.body, as: UTF8.self)
            guard parts.first == "v1", parts.count > 1 else { return Self.fault(404, "NotFound") }
            if parts[1] == "oauth" { return token(body, &state) }
            if state.credential != nil {
                let sent = request.header("Authorization") ?? ""
                if !state.tokens.contains(sent) { return Self.fault(401, "NotAuthorizedException", "not with \(sent)") }
            }
            if parts[1] == "config" { return DoubleAnswer(text: state.config) }
            let operation = "\(request.method) \(parts.dropFirst(2).first ?? "")"
            return answer(operation, Array(parts.dropFirst(3)), request, Self.object(body), &state)
        }
    }

    private func token(_ form: String, _ state: inout State) -> DoubleAnswer {
        var fields: [String: String] = [:]
        for field in form.split(separator: "&") {
            let sides = field.split(separator: "=", maxSplits: 1)
            fields[String(sides[0])] = sides.count > 1 ? sides[1].removingPercentEncoding : ""
        }
        let credential = "\(fields["client_id"] ?? ""):\(fields["client_secret"] ?? "")"
        guard fields["grant_type"] == "client_credentials", credential == state.credential else {
            return DoubleAnswer(401, text: #"{"error": "invalid_client", "error_description": "Client \#(form) is not known"}"#)
        }
        state.tokensGiven += 1
        state.tokens.insert("Bearer token\(state.tokensGiven)")
        return DoubleAnswer(
            text: #"{"access_token": "token\#(state.tokensGiven)", "token_type": "bearer", "expires_in": \#(state.tokenSeconds)}"#)
    }

    private func answer(
        _ operation: String, _ path: [String], _ request: DoubleRequest, _ body: [String: Any], _ state: inout State
    ) -> DoubleAnswer {
        switch operation {
        case "GET namespaces" where path.isEmpty:
            let parent = request.query["parent"].map { $0.components(separatedBy: "\u{1F}") } ?? []
            let found = state.namespaces.keys.filter { $0.count == parent.count + 1 && $0.starts(with: parent) }
            return page(found.sorted { $0.joined() < $1.joined() }, "namespaces", request)
        case "POST namespaces" where path.isEmpty:
            let namespace = body["namespace"] as? [String] ?? []
            if state.namespaces[namespace] != nil { return Self.fault(409, "AlreadyExistsException") }
            state.namespaces[namespace] = body["properties"] as? [String: String] ?? [:]
            return DoubleAnswer(text: Self.text(body))
        case "POST transactions": return commit(body["table-changes"] as? [[String: Any]] ?? [], &state)
        case "POST tables", "POST views": return rename(operation == "POST views", body, &state)
        default: break
        }
        guard let namespace = path.first?.components(separatedBy: "\u{1F}") else { return Self.fault(404, "NotFound") }
        guard let properties = state.namespaces[namespace] else { return Self.fault(404, "NoSuchNamespaceException") }
        let method = request.method
        if path.count == 1 {
            if method == "GET" { return DoubleAnswer(text: Self.text(["namespace": namespace, "properties": properties] as [String: Any])) }
            if (state.tables.keys.contains { $0.namespace == namespace }) { return Self.fault(409, "NamespaceNotEmptyException") }
            state.namespaces[namespace] = nil
            return DoubleAnswer(204)
        }
        if path[1] == "register" {
            let name = Name(namespace: namespace, name: body["name"] as? String ?? "")
            if state.tables[name] != nil { return Self.fault(409, "AlreadyExistsException") }
            guard let source = state.tables.first else { return Self.fault(400, "BadRequestException") }
            state.tables[name] = source.value
            return load(name, &state)
        }
        let isView = path[1] == "views"
        if path.count == 2, method == "POST" { return isView ? createView(namespace, body, &state) : create(namespace, body, &state) }
        if path.count == 2 {
            let found = (isView ? state.views : state.tables).keys.filter { $0.namespace == namespace }.map(\.name).sorted()
            return page(found.map { ["namespace": namespace, "name": $0] as [String: Any] }, "identifiers", request)
        }
        let name = Name(namespace: namespace, name: path[2])
        let isCreation = (body["requirements"] as? [[String: Any]] ?? []).contains { $0["type"] as? String == "assert-create" }
        guard (isView ? state.views[name] : state.tables[name]) != nil || isCreation else {
            return Self.fault(404, isView ? "NoSuchViewException" : "NoSuchTableException")
        }
        switch method {
        case "DELETE":
            if isView { state.views[name] = nil } else { state.tables[name] = nil }
            return DoubleAnswer(204)
        case "POST" where isView: return replaceView(name, body, &state)
        case "POST":
            var change = body
            change["identifier"] = ["namespace": namespace, "name": path[2]] as [String: Any]
            let answer = commit([change], &state)
            return answer.status == 204 ? load(name, &state) : answer
        default: return load(name, isView: isView, &state)
        }
    }

    func load(_ name: Name, isView: Bool = false, _ state: inout State) -> DoubleAnswer {
        var answer = Self.object(isView ? "{}" : state.tableExtras)
        answer["metadata"] = Self.object((isView ? state.views[name] : state.tables[name]) ?? "")
        answer["metadata-location"] = "s3://lake/\(name.name)/metadata/\(state.version).json"
        return DoubleAnswer(text: Self.text(answer))
    }

    private func page(_ all: [Any], _ list: String, _ request: DoubleRequest) -> DoubleAnswer {
        let start = Int(request.query["pageToken"] ?? "") ?? 0, end = min(all.count, start + pageSize)
        var answer: [String: Any] = [list: Array(all[min(start, end)..<end])]
        if end < all.count { answer["next-page-token"] = String(end) }
        return DoubleAnswer(text: Self.text(answer))
    }

    private func rename(_ isView: Bool, _ body: [String: Any], _ state: inout State) -> DoubleAnswer {
        func name(_ key: String) -> Name {
            let parts = body[key] as? [String: Any] ?? [:]
            return Name(namespace: parts["namespace"] as? [String] ?? [], name: parts["name"] as? String ?? "")
        }
        let old = name("source"), new = name("destination")
        guard let found = isView ? state.views[old] : state.tables[old] else {
            return Self.fault(404, isView ? "NoSuchViewException" : "NoSuchTableException")
        }
        if state.namespaces[new.namespace] == nil { return Self.fault(404, "NoSuchNamespaceException") }
        if state.tables[new] != nil || state.views[new] != nil { return Self.fault(409, "AlreadyExistsException") }
        if isView { (state.views[old], state.views[new]) = (nil, found) } else { (state.tables[old], state.tables[new]) = (nil, found) }
        return DoubleAnswer(204)
    }

    /// All changes, or none.
    private func commit(_ changes: [[String: Any]], _ state: inout State) -> DoubleAnswer {
        if let other = state.meanwhile {
            state.meanwhile = nil
            other(&state)
        }
        var after = state.tables
        for change in changes {
            let identifier = change["identifier"] as? [String: Any] ?? [:]
            let name = Name(namespace: identifier["namespace"] as? [String] ?? [], name: identifier["name"] as? String ?? "")
            let requirements = change["requirements"] as? [[String: Any]] ?? []
            let isNew = requirements.contains { $0["type"] as? String == "assert-create" }
            guard after[name] != nil || isNew else { return Self.fault(404, "NoSuchTableException") }
            var document = IcebergDoubleDocument(after[name].map { Self.object($0) })
            guard requirements.allSatisfy({ document.meets($0) }) else { return Self.fault(409, "CommitFailedException") }
            for update in change["updates"] as? [[String: Any]] ?? [] where !document.apply(update) {
                return Self.fault(400, "BadRequestException", "cannot apply \(update)")
            }
            after[name] = Self.text(document.metadata)
        }
        state.tables = after
        state.version += 1
        return DoubleAnswer(204)
    }

    /// Makes a table, or says where it would lie.
    private func create(_ namespace: [String], _ body: [String: Any], _ state: inout State) -> DoubleAnswer {
        let name = Name(namespace: namespace, name: body["name"] as? String ?? "")
        if state.tables[name] != nil { return Self.fault(409, "AlreadyExistsException") }
        state.version += 1
        var document = IcebergDoubleDocument(nil)
        let location = body["location"] as? String ?? "\(state.warehouse)/\(name.name)-\(state.version)"
        let updates: [[String: Any]] = [
            ["action": "assign-uuid", "uuid": "uuid-\(name.name)-\(state.version)"],
            ["action": "upgrade-format-version", "format-version": 2],
            ["action": "add-schema", "schema": body["schema"] ?? [:]], ["action": "set-current-schema", "schema-id": -1],
            ["action": "add-spec", "spec": body["partition-spec"] ?? ["spec-id": 0, "fields": [Any]()] as [String: Any]],
            ["action": "set-default-spec", "spec-id": -1],
            ["action": "add-sort-order", "sort-order": body["write-order"] ?? ["order-id": 0, "fields": [Any]()] as [String: Any]],
            ["action": "set-default-sort-order", "sort-order-id": -1], ["action": "set-location", "location": location],
            ["action": "set-properties", "updates": body["properties"] ?? [:]],
        ]
        guard updates.allSatisfy({ document.apply($0) }) else { return Self.fault(400, "BadRequestException") }
        if body["stage-create"] as? Bool == true {
            var answer = Self.object(state.tableExtras)
            answer["metadata"] = document.metadata
            return DoubleAnswer(text: Self.text(answer))
        }
        state.tables[name] = Self.text(document.metadata)
        return load(name, &state)
    }
}
