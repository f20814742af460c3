/// The options that a user gave a file format: `header = true, columns = {'a': 'bigint'}`.

import LodeCore

/// The value of one option.
package indirect enum FormatOption: Hashable, Sendable, CustomStringConvertible {
    case value(Value)
    case list([FormatOption])
    /// `{'name': value, …}`, in the order written.
    case named([NamedOption])
    /// Columns that are known with their types: what `{'name': 'type', …}` becomes.
    case fields([Field])

    package struct NamedOption: Hashable, Sendable {
        package var name: String
        package var option: FormatOption
        package init(_ name: String, _ option: FormatOption) {
            self.name = name
            self.option = option
        }
    }

    /// As it is written in SQL.
    package var description: String {
        switch self {
        case .value(.text(let text)): Self.literal(text.string)
        case .value(.boolean(let flag)): flag ? "true" : "false"
        case .value(.integer(let number)): String(number)
        case .value(.decimal(let unscaled, let scale)): Decimal128.text(unscaled, scale: scale)
        case .value(.double(let number)): number.description
        case .value(.list(let values)): FormatOption.list(values.map { .value($0) }).description
        case .value: "NULL"
        case .list(let items): "[\(items.map(\.description).joined(separator: ", "))]"
        case .fields(let fields): "{\(fields.map { "\(Self.literal($0.name)): \(Self.literal("\($0.type)"))" }.joined(separator: ", "))}"
        case .named(let members): "{\(members.map { "\(Self.literal($0.name)): \($0.option)" }.joined(separator: ", "))}"
        }
    }

    /// A string as it is written in SQL.
    package static func literal(_ text: String) -> String { SQLText(text).literal }
}

/// Options by lower-case name. The getters refuse values of the wrong kind with an error that names the option.
package struct FormatOptions: Sendable, CustomStringConvertible {
    package var values: [String: FormatOption]
    /// Where rejected rows go; setting it implies `ignore_errors`.
    package var rejects: (any RejectSink)?
    /// What the set of files holds that the file belongs to, as far as that is known.
    package var settled: SettledColumns?

    package init(_ values: [String: FormatOption] = [:], rejects: (any RejectSink)? = nil) {
        self.values = Dictionary(values.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
        self.rejects = rejects
    }

    /// `header = true, skip = 2`, by name.
    package var description: String { values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ") }

    /// - Throws: `22023` if an option is given that `known` does not list.
    package func check(known: [String], format: String) throws(SQLError) { try check(known: known, of: "format \(format)") }

    /// - Parameter owner: whose options they are, as messages say it: "format csv", "function sniff_csv".
    package func check(known: [String], of owner: String) throws(SQLError) {
        for name in values.keys.sorted() where !known.contains(name) {
            throw SQLError(
                .invalidParameterValue, "unknown option \"\(name)\" for \(owner)",
                detail: "Known options: \(known.sorted().joined(separator: ", ")).",
                hint: NearestName.find(name, among: known).map { "Did you mean \"\($0)\"?" })
        }
    }

    private func first(_ names: [String]) -> (name: String, option: FormatOption)? {
        for name in names { if let option = values[name], option != .value(.null) { return (name, option) } }
        return nil
    }

    private func wrong(_ name: String, _ expected: String) -> SQLError {
        SQLError(.invalidParameterValue, "option \"\(name)\" must be \(expected)")
    }

    package func text(_ names: String...) throws(SQLError) -> String? {
        guard let (name, option) = first(names) else { return nil }
        guard case .value(.text(let text)) = option else { throw wrong(name, "a string") }
        return text.string
    }

    package func flag(_ names: String...) throws(SQLError) -> Bool? {
        guard let (name, option) = first(names) else { return nil }
        switch option {
        case .value(.boolean(let flag)): return flag
        case .value(.integer(0)): return false
        case .value(.integer(1)): return true
        case .value(.text(let text)):
            switch text.string.lowercased() {
            case "true", "on", "yes", "1": return true
            case "false", "off", "no", "0": return false
            default: throw wrong(name, "true or false")
            }
        default: throw wrong(name, "true or false")
        }
    }

    package func count(_ names: String...) throws(SQLError) -> Int? {
        guard let (name, option) = first(names) else { return nil }
        switch option {
        case .value(.integer(let number)): return Int(number)
        case .value(.text(let text)):
            guard let number = Int(text.string) else { throw wrong(name, "a whole number") }
            return number
        default: throw wrong(name, "a whole number")
        }
    }

    /// A string, or a number as a string.
    package func word(_ name: String) throws(SQLError) -> String? {
        guard let (_, option) = first([name]) else { return nil }
        switch option {
        case .value(.text(let text)): return text.string
        case .value(.integer(let number)): return "\(number)"
        case .value(.decimal), .value(.double): return try number(name).map { "\($0)" }
        default: throw wrong(name, "a string")
        }
    }

    package func number(_ names: String...) throws(SQLError) -> Double? {
        guard let (name, option) = first(names) else { return nil }
        switch option {
        case .value(.integer(let number)): return Double(number)
        case .value(.double(let number)): return number
        case .value(.decimal(let unscaled, let scale)):
            guard let number = Double("\(unscaled)e-\(scale)") else { throw wrong(name, "a number") }
            return number
        case .value(.text(let text)):
            guard let number = Double(text.string) else { throw wrong(name, "a number") }
            return number
        default: throw wrong(name, "a number")
        }
    }

    /// A count, or a size such as `'128MB'` or `'64 KiB'`.
    package func byteCount(_ name: String) throws(SQLError) -> Int? {
        guard let (_, option) = first([name]), case .value(.text(let text)) = option else { return try count(name) }
        guard let bytes = ByteSize.parse(text.string) else { throw wrong(name, "a whole number or a size such as '64MB'") }
        return bytes
    }

    /// `{name: …}`, or the same as text: `'name: value, other: value'`; a list of names stands for members without settings.
    package func members(_ name: String) throws(SQLError) -> [FormatOption.NamedOption]? {
        guard let (_, option) = first([name]) else { return nil }
        switch option {
        case .named(let members): return members
        case .list, .value(.list): return try texts(name)?.map { .init($0, .named([])) }
        case .value(.text(let text)):
            var members: [FormatOption.NamedOption] = []
            for item in text.string.split(separator: ",") {
                let parts = item.split(separator: ":", maxSplits: 1).map { $0.drop { $0 == " " } }.map {
                    String($0.reversed().drop { $0 == " " }.reversed())
                }
                guard let key = parts.first, !key.isEmpty else { throw wrong(name, "of the form 'name: value, …'") }
                members.append(.init(key, parts.count == 2 ? .value(.text(parts[1])) : .named([])))
            }
            return members
        default: throw wrong(name, "of the form {'name': …}")
        }
    }

    /// A list of strings; one string is a list of one.
    package func texts(_ names: String...) throws(SQLError) -> [String]? {
        guard let (name, option) = first(names) else { return nil }
        switch option {
        case .value(.text(let text)): return [text.string]
        case .value(.list(let items)):
            var texts: [String] = []
            for item in items {
                guard case .text(let text) = item else { throw wrong(name, "a list of texts") }
                texts.append(text.string)
            }
            return texts
        case .list(let items):
            var texts: [String] = []
            for item in items {
                guard case .value(.text(let text)) = item else { throw wrong(name, "a list of texts") }
                texts.append(text.string)
            }
            return texts
        default: throw wrong(name, "a string or a list of strings")
        }
    }

    /// `{name: type}`.
    package func fields(_ names: String...) throws(SQLError) -> [Field]? {
        guard let (name, option) = first(names) else { return nil }
        if case .fields(let fields) = option { return fields }
        guard case .named(let members) = option else { throw wrong(name, "of the form {'column': 'type', …}") }
        var fields: [Field] = []
        for member in members {
            guard case .value(.text(let typeName)) = member.option else { throw wrong(name, "of the form {'column': 'type', …}") }
            fields.append(Field(member.name, try type(typeName.string)))
        }
        return fields
    }

    package func isNamed(_ name: String) -> Bool { if case .named? = values[name] { true } else { false } }

    package func type(_ name: String) throws(SQLError) -> SQLType { try TypeReader.read(name).stored }
}
