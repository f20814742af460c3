/// The options of COPY TO STDOUT and FROM STDIN.

import LodeCore
import LodePlanner
import LodeSyntax

extension CopyFormat {
    /// - Throws: `22023` and `0A000` for what does not go together, `42601` for options that do not exist.
    init(_ options: [Property], columns: [Field], isInput: Bool, _ binder: Binder) throws(SQLError) {
        var kind = Kind.text
        if let format = options.first(where: { $0.key.text.lowercased() == "format" }) {
            let name = try Self.word(format, binder).lowercased()
            guard let known = Kind(rawValue: name) else {
                throw SQLError(.invalidParameterValue, "COPY format \"\(name)\" not recognized", at: format.key.span)
            }
            kind = known
        }
        self.init(kind)
        forcesQuote = columns.map { _ in false }
        forcesNotNull = forcesQuote
        forcesNull = forcesQuote
        var escapeIsGiven = false
        for option in options {
            switch option.key.text.lowercased() {
            case "format": continue
            case "delimiter", "delim": delimiter = try byte(option, "delimiter", binder)
            case "null":
                null = try Self.word(option, binder)
                if null.contains(where: \.isNewline) {
                    throw SQLError(
                        .invalidParameterValue, "COPY null representation cannot use newline or carriage return", at: option.key.span)
                }
            case "header": try takeHeader(option, isInput: isInput, binder)
            case "quote": quote = try csvByte(option, "quote", binder)
            case "escape":
                escape = try csvByte(option, "escape", binder)
                escapeIsGiven = true
            case "force_quote": try force(\.forcesQuote, option, columns, allowed: !isInput)
            case "force_not_null": try force(\.forcesNotNull, option, columns, allowed: isInput)
            case "force_null": try force(\.forcesNull, option, columns, allowed: isInput)
            case "encoding":
                let name = try Self.word(option, binder).lowercased()
                guard ["utf8", "utf-8", "unicode"].contains(name) else {
                    throw SQLError.unsupported("COPY in the encoding \(name)", at: option.key.span)
                }
            case "freeze": continue
            default:
                throw SQLError(.syntaxError, "option \"\(option.key.text)\" not recognized", at: option.key.span)
            }
        }
        if !escapeIsGiven { escape = quote }
        try check(options)
    }

    private func check(_ options: [Property]) throws(SQLError) {
        if kind == .binary, let other = options.first(where: { !["format", "freeze", "encoding"].contains($0.key.text.lowercased()) }) {
            throw SQLError(.syntaxError, "cannot specify \(other.key.text.uppercased()) in BINARY mode", at: other.key.span)
        }
        if kind == .text, "\\.abcdefghijklmnopqrstuvwxyz0123456789".utf8.contains(delimiter) {
            throw SQLError(.invalidParameterValue, "COPY delimiter cannot be \"\(Character(UnicodeScalar(delimiter)))\"")
        }
        if null.utf8.contains(delimiter) {
            throw SQLError(.invalidParameterValue, "COPY delimiter character must not appear in the NULL specification")
        }
        if kind == .csv, delimiter == quote {
            throw SQLError(.invalidParameterValue, "COPY delimiter and quote must be different")
        }
        if kind == .csv, null.utf8.contains(quote) {
            throw SQLError(.invalidParameterValue, "CSV quote character must not appear in the NULL specification")
        }
    }

    private func byte(_ option: Property, _ what: String, _ binder: Binder) throws(SQLError) -> UInt8 {
        let text = Array(try Self.word(option, binder).utf8)
        guard text.count == 1, text[0] < 0x80, text[0] != 10, text[0] != 13 else {
            throw SQLError(.featureNotSupported, "COPY \(what) must be a single one-byte character", at: option.key.span)
        }
        return text[0]
    }

    private func csvByte(_ option: Property, _ what: String, _ binder: Binder) throws(SQLError) -> UInt8 {
        guard kind == .csv else {
            throw SQLError(.featureNotSupported, "COPY \(what) requires CSV mode", at: option.key.span)
        }
        return try byte(option, what, binder)
    }

    private mutating func takeHeader(_ option: Property, isInput: Bool, _ binder: Binder) throws(SQLError) {
        let word = option.value == nil ? "true" : try Self.word(option, binder).lowercased()
        if word == "match", isInput { return header = .match }
        guard let flag = SettingDefinition.boolean(word) else {
            throw SQLError(.syntaxError, "header requires a Boolean value or \"match\"", at: option.key.span)
        }
        header = flag ? .present : .none
    }

    /// `*` or a list of columns.
    private mutating func force(
        _ list: WritableKeyPath<CopyFormat, [Bool]>, _ option: Property, _ columns: [Field], allowed: Bool
    ) throws(SQLError) {
        let name = option.key.text.uppercased()
        guard kind == .csv else { throw SQLError(.featureNotSupported, "COPY \(name) requires CSV mode", at: option.key.span) }
        guard allowed else { throw SQLError(.featureNotSupported, "COPY \(name) does not go with this direction", at: option.key.span) }
        guard let value = option.value else { throw SQLError(.syntaxError, "\(name) needs columns", at: option.key.span) }
        if case .star = value.kind {
            self[keyPath: list] = columns.map { _ in true }
            return
        }
        let items: [Expression]
        switch value.kind {
        case .row(let several), .array(let several): items = several
        default: items = [value]
        }
        for item in items {
            guard case .name(let column) = item.kind, let index = Schema(columns).index(of: column.last.text) else {
                throw SQLError(.undefinedColumn, "\(name) names a column that is not copied", at: item.span)
            }
            self[keyPath: list][index] = true
        }
    }

    private static func word(_ option: Property, _ binder: Binder) throws(SQLError) -> String {
        guard let value = option.value else { throw SQLError(.syntaxError, "\(option.key.text) requires a parameter", at: option.key.span) }
        if case .name(let name) = value.kind { return name.text }
        return Session.plainText(try binder.bindConstant(value).value)
    }
}
