/// The values of a session's settings.

import LodeCore

/// Validated strings by name; unset ones have their initial value.
package struct SessionSettings: Sendable {
    private var values: [String: String] = [:]
    /// What a session begins with, and RESET leaves.
    private var established: Set<String> = []

    package init() {}

    package subscript(_ name: String) -> String {
        if let value = values[name] { return value }
        guard let definition = SettingDefinition.all.first(where: { $0.name == name }) else { return "" }
        return definition.fallback.map { self[$0] } ?? definition.initial()
    }

    /// Says what can't be changed: the user of a session.
    package mutating func establish(_ name: String, _ value: String) {
        values[name] = value
        established.insert(name)
    }

    /// Gives one its value in other settings, or none if it has none there.
    mutating func restore(_ name: String, from other: SessionSettings) { values[name] = other.values[name] }

    package func isSet(_ name: String) -> Bool { values[name] != nil }

    /// - Throws: `42704` for unknown names, `22023` for wrong values.
    package mutating func set(_ name: String, _ text: String, at span: SourceSpan? = nil) throws(SQLError) {
        let definition = try SettingDefinition.named(name, at: span)
        do throws(SQLError) {
            values[definition.name] = try definition.parse(text)
        } catch {
            if error.state == .featureNotSupported || error.state == .cannotChangeParameter { throw error.at(span) }
            throw SQLError(error.state, "invalid value for \"\(definition.name)\": \"\(text)\"", at: span, hint: error.hint)
        }
    }

    package mutating func reset(_ name: String, at span: SourceSpan? = nil) throws(SQLError) {
        values[try SettingDefinition.named(name, at: span).name] = nil
    }

    package mutating func resetAll() { values = values.filter { established.contains($0.key) } }

    package var threads: Int { Int(self["threads"]) ?? 1 }
    /// Milliseconds; nil for no limit.
    package var statementTimeout: Int? { DurationText.milliseconds(self["statement_timeout"]).flatMap { $0 > 0 ? $0 : nil } }
    package var memoryLimit: Int { ByteSize.parse(self["memory_limit"]) ?? Engine.defaultMemoryLimit }

    /// The schemas of `search_path`, unquoted.
    package var searchPath: [String] {
        let names = self["search_path"].split(separator: ",").map { part in
            String(part.drop { $0 == " " || $0 == "\"" || $0 == "'" }.reversed().drop { $0 == " " || $0 == "\"" || $0 == "'" }.reversed())
        }
        return names.isEmpty ? ["main"] : names.filter { !$0.isEmpty }
    }
}
