/// Views that clients make.

extension IcebergDouble {
    /// The document of a view.
    public func view(_ namespace: [String], _ name: String) -> String? {
        state.withLock { $0.views[Name(namespace: namespace, name: name)] }
    }

    func createView(_ namespace: [String], _ body: [String: Any], _ state: inout State) -> DoubleAnswer {
        let name = Name(namespace: namespace, name: body["name"] as? String ?? "")
        if state.tables[name] != nil || state.views[name] != nil { return Self.fault(409, "AlreadyExistsException") }
        guard let version = body["view-version"] as? [String: Any], let schema = body["schema"] as? [String: Any] else {
            return Self.fault(400, "BadRequestException")
        }
        state.version += 1
        state.views[name] = Self.text(
            [
                "view-uuid": "uuid-\(name.name)-\(state.version)", "format-version": 1, "current-version-id": version["version-id"] ?? 0,
                "versions": [version], "schemas": [schema], "properties": body["properties"] ?? [:],
            ] as [String: Any])
        return load(name, isView: true, &state)
    }

    func replaceView(_ name: Name, _ body: [String: Any], _ state: inout State) -> DoubleAnswer {
        var view = Self.object(state.views[name] ?? "")
        for requirement in body["requirements"] as? [[String: Any]] ?? []
        where requirement["uuid"] as? String != view["view-uuid"] as? String { return Self.fault(409, "CommitFailedException") }
        var schemas = view["schemas"] as? [[String: Any]] ?? [], versions = view["versions"] as? [[String: Any]] ?? []
        var properties = view["properties"] as? [String: String] ?? [:]
        for update in body["updates"] as? [[String: Any]] ?? [] {
            switch update["action"] as? String {
            case "add-schema": schemas.append(update["schema"] as? [String: Any] ?? [:])
            case "add-view-version":
                var version = update["view-version"] as? [String: Any] ?? [:]
                if version["schema-id"] as? Int == -1 { version["schema-id"] = schemas.last?["schema-id"] }
                versions.append(version)
            case "set-current-view-version": view["current-version-id"] = versions.last?["version-id"]
            case "set-properties": properties.merge(update["updates"] as? [String: String] ?? [:]) { $1 }
            case "remove-properties": for name in update["removals"] as? [String] ?? [] { properties[name] = nil }
            default: return Self.fault(400, "BadRequestException")
            }
        }
        (view["schemas"], view["versions"], view["properties"]) = (schemas, versions, properties)
        state.views[name] = Self.text(view)
        return load(name, isView: true, &state)
    }
}
