/// Type names in the options of files: `bigint`, `decimal(10,2)`, `struct(a integer, b varchar[])`.

import LodeCore

/// A small reader of type names, in the spellings of PostgreSQL, Trino, Hive and DuckDB.
package enum TypeName {
    /// Nil if the text names no type.
    package static func type(_ text: String) -> SQLType? {
        var reader = Reader(tokens: tokens(text))
        guard let type = reader.type(depth: 0), reader.isAtEnd else { return nil }
        return type
    }

    private static func tokens(_ text: String) -> [String] {
        var tokens: [String] = []
        var word = ""
        var quote: Character?
        for character in text.prefix(100_000) {
            if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
                continue
            }
            switch character {
            case "\"", "'": quote = character
            case "(", ")", "[", "]", ",", "<", ">", ":":
                if !word.isEmpty { tokens.append(word) }
                word = ""
                tokens.append(character == "<" ? "(" : character == ">" ? ")" : String(character))
            case " ", "\t", "\n":
                if !word.isEmpty { tokens.append(word) }
                word = ""
            default: word.append(character)
            }
        }
        if !word.isEmpty { tokens.append(word) }
        return tokens
    }

    private struct Reader {
        let tokens: [String]
        var at = 0
        var isAtEnd: Bool { at >= tokens.count }

        init(tokens: [String]) { self.tokens = tokens }

        mutating func take(_ token: String) -> Bool {
            guard at < tokens.count, tokens[at].lowercased() == token else { return false }
            at += 1
            return true
        }

        mutating func number() -> Int? {
            guard at < tokens.count, let number = Int(tokens[at]) else { return nil }
            at += 1
            return number
        }

        mutating func type(depth: Int) -> SQLType? {
            guard depth < 64, at < tokens.count else { return nil }
            let name = tokens[at].lowercased()
            at += 1
            guard var type = base(name, depth) else { return nil }
            while take("[") {
                _ = number()
                guard take("]") else { return nil }
                type = .list(type)
            }
            return type
        }

        private mutating func base(_ name: String, _ depth: Int) -> SQLType? {
            switch name {
            case "decimal", "numeric", "dec":
                guard take("(") else { return .decimal(precision: 18, scale: 3) }
                guard let precision = number(), (1...38).contains(precision) else { return nil }
                var scale = 0
                if take(",") {
                    guard let given = number(), (0...precision).contains(given) else { return nil }
                    scale = given
                }
                return take(")") ? .decimal(precision: precision, scale: scale) : nil
            case "varchar", "char", "character", "string", "text", "bpchar":
                _ = take("varying")
                guard take("(") else { return .varchar }
                guard let count = number(), take(")") else { return nil }
                return name.hasPrefix("char") && count > 0 ? .char(count) : .varchar
            case "timestamp", "time":
                if take("(") { guard number() != nil, take(")") else { return nil } }
                if take("with") {
                    guard take("time"), take("zone") else { return nil }
                    return name == "time" ? .time : .timestamptz
                }
                if take("without") { guard take("time"), take("zone") else { return nil } }
                return name == "time" ? .time : .timestamp
            case "double":
                _ = take("precision")
                return .double
            case "struct", "row": return structure(depth)
            case "array", "list":
                guard take("("), let element = type(depth: depth + 1), take(")") else { return nil }
                return .list(element)
            case "map":
                guard take("("), let key = type(depth: depth + 1), take(","), let value = type(depth: depth + 1), take(")") else {
                    return nil
                }
                return .map(key: key, value: value)
            default: return Self.simple[name]
            }
        }

        private mutating func structure(_ depth: Int) -> SQLType? {
            guard take("(") else { return nil }
            var fields: [Field] = []
            repeat {
                guard at < tokens.count else { return nil }
                let name = tokens[at]
                at += 1
                _ = take(":")
                guard let type = type(depth: depth + 1) else { return nil }
                fields.append(Field(name, type))
            } while take(",")
            return take(")") ? .structure(fields) : nil
        }

        private static let simple: [String: SQLType] = [
            "boolean": .boolean, "bool": .boolean, "tinyint": .tinyint, "int1": .tinyint, "smallint": .smallint, "int2": .smallint,
            "integer": .integer, "int": .integer, "int4": .integer, "bigint": .bigint, "int8": .bigint, "long": .bigint,
            "real": .real, "float4": .real, "float": .real, "float8": .double, "date": .date, "timestamptz": .timestamptz,
            "datetime": .timestamp, "interval": .interval, "uuid": .uuid, "json": .json, "varbinary": .varbinary, "bytea": .varbinary,
            "blob": .varbinary, "binary": .varbinary, "hugeint": .decimal(precision: 38, scale: 0),
        ]
    }
}
