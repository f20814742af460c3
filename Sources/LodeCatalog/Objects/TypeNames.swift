/// What PostgreSQL calls types in SQL: `format_type`.

import LodeCore

package enum TypeNames {
    /// The name of a type that ships with Lode, with its modifier: `numeric(12,2)`, `character varying(20)[]`. Nil for other numbers.
    /// - Source: PostgreSQL, src/backend/utils/adt/format_type.c.
    package static func text(_ number: Int64, modifier: Int32 = -1) -> String? {
        guard let type = TypeRows.type(number) else { return nil }
        if type.category == "A", type.element != 0, type.name.hasPrefix("_") {
            return text(type.element, modifier: modifier).map { $0 + "[]" }
        }
        let word = words[type.name] ?? (type.schema == ObjectNumbers.pgCatalog ? quoted(type.name) : "information_schema.\(type.name)")
        return modifier < 0 ? word : with(modifier, word, type.name)
    }

    /// The type that ships with Lode under a name, PostgreSQL's own or SQL's: `int4`, `character varying`. Nil if there is none.
    package static func type(named name: String, in schema: Int64 = ObjectNumbers.pgCatalog) -> TypeObject? {
        TypeRows.all.first { $0.name == name && $0.schema == schema }
    }

    /// The type that a text names in SQL's words, with or without a modifier.
    package static func number(_ text: String) -> Int64? {
        let bare = text.prefix { $0 != "(" }.lowercased().split(separator: " ").joined(separator: " ")
        let rest = text.drop { $0 != ")" }.dropFirst().split(separator: " ")
        let word = ([bare] + rest.map { $0.lowercased() }).joined(separator: " ")
        if let name = words.first(where: { $0.value == word })?.key { return type(named: name)?.number }
        guard let type = try? TypeReader.read(text) else { return nil }
        return Int64(WireType(type).id)
    }

    private static func quoted(_ name: String) -> String { name == "char" ? "\"char\"" : name }

    private static func with(_ modifier: Int32, _ word: String, _ name: String) -> String {
        let rest = Int(modifier) - 4
        switch name {
        case "numeric": return rest < 0 ? word : "\(word)(\(rest >> 16 & 0xffff),\(rest & 0x7ff))"
        case "varchar", "bpchar": return rest < 0 ? word : "\(word)(\(rest))"
        case "timestamp": return "timestamp(\(modifier)) without time zone"
        case "timestamptz": return "timestamp(\(modifier)) with time zone"
        case "time": return "time(\(modifier)) without time zone"
        default: return word
        }
    }

    private static let words: [String: String] = [
        "bool": "boolean", "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision",
        "bpchar": "character", "varchar": "character varying", "timestamp": "timestamp without time zone",
        "timestamptz": "timestamp with time zone", "time": "time without time zone", "any": "\"any\"",
    ]
}
