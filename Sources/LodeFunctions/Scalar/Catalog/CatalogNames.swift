/// Names of what the catalog knows by number, and numbers of what it knows by name.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let catalogNames: [ScalarFunction] = [
        catalog(
            "format_type", "The SQL name of a type by its number, with the modifier that a column gives it.",
            [("format_type(23, NULL)", "integer"), ("format_type(1700, 655366)", "numeric(10,2)"), ("format_type(0, -1)", "-")],
            isStrict: false,
            .rowWithNulls([.catalog(.oid), .integer], .varchar, canFail: true) { (call) throws(SQLError) in
                guard let number = call.number(0) else { return .null }
                return .text(TypeFormat.text(number, call.number(1), call.context))
            }),
        catalog(
            "pg_get_userbyid", "The name of a role by its number.", [("pg_get_userbyid(1)", "unknown (OID=1)")],
            .row([.catalog(.oid)], .catalog(.name)) { (call) throws(SQLError) in
                let number = call.number(0) ?? 0
                return .text(try call.catalog.object(.role, number)?.name ?? "unknown (OID=\(number))")
            }),
        catalog(
            "pg_encoding_to_char", "The name of an encoding by its number.", [("pg_encoding_to_char(6)", "UTF8")],
            .row([.integer], .catalog(.name), canFail: false) { (call) throws(SQLError) in
                .text(encodingNumbers.first { $0.number == call.number(0) }?.name ?? "")
            }),
        catalog(
            "pg_char_to_encoding", "The number of an encoding by its name.", [("pg_char_to_encoding('utf8')", "6")],
            .row([.catalog(.name)], .integer, canFail: false) { (call) throws(SQLError) in
                let name = call.text(0).uppercased().filter { $0 != "-" }
                return .integer(encodingNumbers.first { $0.name == name }?.number ?? -1)
            }),
        reference("to_regclass", .regclass, "relation"), reference("to_regtype", .regtype, "type"),
        reference("to_regproc", .regproc, "function"), reference("to_regnamespace", .regnamespace, "schema"),
        reference("to_regrole", .regrole, "role"),
        catalog(
            "current_schemas", "The schemas of the search path that exist; with true, those too that are searched unasked.",
            [("'pg_catalog' = ANY (current_schemas(true))", "true")],
            .row([.boolean], .list(.catalog(.name))) { (call) throws(SQLError) in
                .list(try call.catalog.searchPath(implicit: call.flag(0)).map { .text($0) })
            }),
        ScalarFunction(
            "parse_ident", "catalog", "The parts of a qualified name; with false, what follows it is left alone.",
            source: "PostgreSQL 17, 9.4", examples: [("parse_ident('\"Some\".Table')", "[Some, table]")],
            .row([.varchar, .boolean], .list(.varchar), optional: 1) { (call) throws(SQLError) in
                let parts = try QualifiedText.parts(call.text(0), isStrict: call.count < 2 || call.flag(1))
                return .list(parts.map { .text($0) })
            }),
        ScalarFunction(
            "quote_nullable", "catalog", "The text as an SQL literal, or NULL as a word.", source: "PostgreSQL 17, 9.4",
            examples: [("quote_nullable(NULL)", "NULL"), ("quote_nullable('a')", "'a'")], isStrict: false,
            .rowWithNulls([.varchar], .varchar, canFail: false) { (call) throws(SQLError) in
                guard case .text(let text) = call.arguments[0] else { return .text("NULL") }
                let doubled = text.string.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
                return .text("'\(doubled)'")
            }),
    ]

    private static let encodingNumbers: [(number: Int64, name: String)] = [(0, "SQL_ASCII"), (6, "UTF8"), (8, "LATIN1")]

    private static func reference(_ name: String, _ type: CatalogType, _ noun: String) -> ScalarFunction {
        catalog(
            name, "The \(noun) of this name; NULL if there is none.", [("\(name)('no_such_thing')", "NULL")],
            .row([.varchar], .catalog(type)) { (call) throws(SQLError) in
                do throws(SQLError) {
                    return try call.context.objects.number(type, call.text(0)).map { .integer($0) } ?? .null
                } catch {
                    // A name in a schema that there isn't.
                    let isMissing = [.undefinedTable, .undefinedObject, .undefinedFunction, .invalidSchemaName].contains(error.state)
                    if isMissing { return .null }
                    throw error
                }
            })
    }
}

/// Types as `format_type` writes them.
enum TypeFormat {
    /// - Source: PostgreSQL, `format_type_extended`.
    static func text(_ number: Int64, _ modifier: Int64?, _ context: FunctionContext) -> String {
        if number == 0 { return "-" }
        guard let name = context.objects.text(.regtype, number) else { return "???" }
        guard let modifier else { return name }
        let element = name.hasSuffix("[]") ? String(name.dropLast(2)) : name
        return modified(element, modifier) + (name.hasSuffix("[]") ? "[]" : "")
    }

    private static func modified(_ name: String, _ modifier: Int64) -> String {
        if modifier < 0 { return name == "character" ? "bpchar" : name }
        switch name {
        case "character", "character varying": return modifier >= 4 ? "\(name)(\(modifier - 4))" : name
        case "numeric":
            let packed = modifier - 4
            return packed >= 0 ? "numeric(\(packed >> 16 & 0xffff),\(packed & 0x7ff))" : name
        case "interval": return modifier & 0xffff == 0xffff ? name : "interval(\(modifier & 0xffff))"
        default:
            // The digits stand behind the first word: timestamp(3) without time zone.
            guard name.hasPrefix("time") else { return name }
            let word = name.prefix { $0 != " " }
            return "\(word)(\(modifier))\(name.dropFirst(word.count))"
        }
    }
}

/// Qualified names in text: `"Some schema".table`.
package enum QualifiedText {
    /// - Throws: `22023` for a text that is no name.
    package static func parts(_ text: String, isStrict: Bool = true) throws(SQLError) -> [String] {
        func wrong(_ detail: String? = nil) -> SQLError {
            SQLError(.invalidParameterValue, "string is not a valid identifier: \"\(text)\"", detail: detail)
        }
        var parts: [String] = [], rest = Substring(text)
        func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" } }
        while true {
            skipBlanks()
            if rest.first == "\"" {
                rest = rest.dropFirst()
                var name = ""
                while let letter = rest.popFirst() {
                    if letter == "\"", rest.first != "\"" {
                        if name.isEmpty { throw wrong("Quoted identifier must not be empty.") }
                        break
                    }
                    if letter == "\"" { rest = rest.dropFirst() }
                    if rest.isEmpty { throw wrong("String has unclosed double quotes.") }
                    name.append(letter)
                }
                if name.isEmpty { throw wrong("String has unclosed double quotes.") }
                parts.append(name)
            } else {
                let name = rest.prefix { $0 == "_" || $0 == "$" || $0.isLetter || $0.isNumber }
                guard let first = name.first, !first.isNumber, first != "$" else {
                    throw wrong(parts.isEmpty ? nil : "No valid identifier after \".\".")
                }
                parts.append(name.lowercased())
                rest = rest.dropFirst(name.count)
            }
            skipBlanks()
            if rest.first == "." {
                rest = rest.dropFirst()
                continue
            }
            if rest.isEmpty || !isStrict { return parts }
            throw wrong()
        }
    }
}
