/// CREATE SECRET and DROP SECRET, and what shows secrets without showing them.

import LodeCloud
import LodeCore
import LodeObjectStore
import LodeSyntax

extension Session {
    func createSecret(_ create: CreateSecret) throws(SQLError) -> StatementOutcome {
        let span = create.name?.span ?? create.options.first?.key.span
        try requireSuperuser("create secrets", at: span)
        if create.orReplace, create.ifNotExists { throw .replaceIfNotExists(at: span ?? SourceSpan(0, 0)) }
        try Self.requireMemory(create.isPersistent, create.storage)
        let secret = try secret(create)
        if engine.stores.secrets.add(secret, replaces: create.orReplace) { return StatementOutcome(tag: "CREATE SECRET") }
        if create.ifNotExists {
            return StatementOutcome(tag: "CREATE SECRET", notices: ["secret \"\(secret.name)\" already exists, skipping"])
        }
        throw SQLError(
            .duplicateObject, "secret \"\(secret.name)\" already exists", at: span, hint: "CREATE OR REPLACE SECRET replaces it.")
    }

    func dropSecret(_ drop: DropSecret) throws(SQLError) -> StatementOutcome {
        try requireSuperuser("drop secrets", at: drop.name.span)
        try Self.requireMemory(drop.isPersistent, drop.storage)
        let secrets = engine.stores.secrets
        if secrets.remove(drop.name.text) { return StatementOutcome(tag: "DROP SECRET") }
        if drop.ifExists { return StatementOutcome(tag: "DROP SECRET", notices: ["secret \"\(drop.name.text)\" does not exist, skipping"]) }
        let near = NearestName.find(drop.name.text, among: secrets.all.map(\.name))
        throw SQLError(
            .undefinedObject, "secret \"\(drop.name.text)\" does not exist", at: drop.name.span,
            hint: near.map { "Did you mean \"\($0)\"?" })
    }

    /// Secrets are nowhere but in memory.
    private static func requireMemory(_ isPersistent: Bool, _ storage: Identifier?) throws(SQLError) {
        if !isPersistent, storage == nil || storage?.text.lowercased() == "memory" { return }
        throw SQLError.unsupported(
            "a secret that outlives the process", at: storage?.span,
            hint: "Settings that last belong into ~/.aws/config and ~/.aws/credentials.")
    }

    private func secret(_ create: CreateSecret) throws(SQLError) -> CloudSecret {
        var kind: CloudSecret.Kind?, provider = CloudSecret.Provider.config, scope: [String] = [], options: [String: Secret] = [:]
        var spans: [String: SourceSpan] = [:]
        for option in create.options {
            let key = option.key.text.lowercased()
            if spans[key] != nil { throw SQLError(.syntaxError, "option \"\(key)\" is given twice", at: option.key.span) }
            spans[key] = option.key.span
            guard option.values.count == 1 || key == "scope", let value = option.values.first else {
                throw SQLError(.invalidParameterValue, "option \"\(key)\" takes one value", at: option.key.span)
            }
            switch key {
            case "type": kind = try Self.named(value, "type", option)
            case "provider": provider = try Self.named(value, "provider", option)
            case "scope": scope = option.values
            default: options[key] = Secret(value)
            }
        }
        guard let kind else {
            throw SQLError(
                .invalidParameterValue, "a secret needs a TYPE", hint: "For instance: CREATE SECRET (TYPE s3, KEY_ID '…', SECRET '…').")
        }
        let known = CloudSecret.options(kind)
        for key in options.keys.sorted() where !known.contains(key) {
            throw SQLError(
                .invalidParameterValue, "a secret of type \(kind.rawValue) has no option \"\(key)\"", at: spans[key],
                detail: "It has: \(known.joined(separator: ", ")).",
                hint: NearestName.find(key, among: known).map { "Did you mean \"\($0)\"?" })
        }
        for key in ["use_ssl", "requester_pays"] {
            guard let text = options[key]?.reveal().lowercased(), !["true", "false", "on", "off", "1", "0", "t", "f"].contains(text) else {
                continue
            }
            throw SQLError(.invalidParameterValue, "\(key) must be true or false", at: spans[key])
        }
        if let style = options["url_style"]?.reveal().lowercased(), !["path", "vhost", "virtual"].contains(style) {
            throw SQLError(.invalidParameterValue, "unknown url_style \"\(style)\"", at: spans["url_style"], hint: "Use path or vhost.")
        }
        if provider == .config, (options["key_id"] == nil) != (options["secret"] == nil) {
            throw SQLError(.invalidParameterValue, "KEY_ID and SECRET go together", at: spans["key_id"] ?? spans["secret"])
        }
        return CloudSecret(
            name: create.name?.text ?? "__default_\(kind.rawValue)", kind: kind, provider: provider, scope: scope, options: options)
    }

    private static func named<Choice: RawRepresentable & CaseIterable>(
        _ text: String, _ what: String, _ option: SecretOption
    ) throws(SQLError) -> Choice where Choice.RawValue == String {
        if let choice = Choice(rawValue: text.lowercased()) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        throw SQLError(
            .invalidParameterValue, "unknown \(what) of secrets \"\(text)\"", at: option.key.span,
            detail: "Known: \(known.joined(separator: ", ")).", hint: NearestName.find(text, among: known).map { "Did you mean \"\($0)\"?" }
        )
    }
}
