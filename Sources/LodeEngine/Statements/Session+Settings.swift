/// SET, RESET, USE, and transactions.

import LodeCore
import LodeSyntax

extension Session {
    func set(_ set: SetSetting) throws(SQLError) -> StatementOutcome {
        for other in set.also { _ = try self.set(other) }
        let name = set.name.text
        if set.isLocal {
            let definition = try SettingDefinition.named(name, at: set.name.span)
            if transaction == nil { return StatementOutcome(tag: "SET", notices: ["SET LOCAL can only be used in transaction blocks"]) }
            transaction?.localSettings.insert(definition.name)
        }
        if set.values.count == 1, case .defaultValue = set.values[0].kind {
            try settings.reset(name, at: set.name.span)
            return StatementOutcome(tag: "SET")
        }
        _ = try SettingDefinition.named(name, at: set.name.span)
        if set.values.count > 1, try !SettingDefinition.named(name).isList {
            throw SQLError(.invalidParameterValue, "SET \(name) takes only one argument", at: set.values[1].span)
        }
        var texts: [String] = []
        for value in set.values { texts.append(try settingText(value)) }
        if name == "temp_directory", let folder = texts.first { try requireAccess(to: folder) }
        try setChecked(name, texts.joined(separator: ", "), at: set.values.first?.span ?? set.name.span)
        return StatementOutcome(tag: "SET")
    }

    func reset(_ name: QualifiedName?) throws(SQLError) -> StatementOutcome {
        if let name { try settings.reset(name.text, at: name.span) } else { settings.resetAll() }
        return StatementOutcome(tag: "RESET")
    }

    /// `USE schema`: unqualified names are looked up there from now on.
    func use(_ name: QualifiedName) throws(SQLError) -> StatementOutcome {
        let schema = try usedSchema(name)
        guard try catalog.database(schema) != nil else {
            throw try missingSchema(schema, at: name.last.span)
        }
        try settings.set("search_path", schema, at: name.span)
        return StatementOutcome(tag: "USE")
    }

    /// A setting's value as text: literals as they are, bare words as their names.
    private func settingText(_ expression: Expression) throws(SQLError) -> String {
        switch expression.kind {
        case .name(let name): return name.text
        case .literal(.string(let text)), .literal(.number(let text)): return text
        case .literal(.boolean(let flag)): return flag ? "on" : "off"
        default:
            let context = statementContext()
            return Self.plainText(try makeBinder(context).bindConstant(expression).value)
        }
    }

    /// A value as a setting or property keeps it.
    static func plainText(_ value: Value) -> String {
        switch value {
        case .text(let text): text.string
        case .boolean(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .decimal(let unscaled, let scale): Decimal128.text(unscaled, scale: scale)
        case .double(let number): String(number)
        default: ""
        }
    }

    /// - Throws: `0A000` inside BEGIN … COMMIT, where a change could not be rolled back.
    func requireAutocommit(_ what: String, at span: SourceSpan? = nil) throws(SQLError) {
        if transaction != nil {
            throw SQLError.unsupported(
                "\(what) inside BEGIN … COMMIT", at: span, hint: "End the transaction with COMMIT; every statement is atomic by itself.")
        }
    }
}
