/// Names of objects in texts: `main.orders`, `"My Schema"."T"`.

import LodeCore

package enum SQLName {
    /// The parts of a dotted name: in lower case unless they are in quotes.
    /// - Throws: `42602` for a text that is no name.
    package static func parts(of text: String) throws(SQLError) -> [String] {
        var parts: [String] = [], part: [UInt8] = [], bytes = Array(text.utf8)[...]
        func malformed() -> SQLError { SQLError(.invalidName, "invalid name syntax", detail: "The name is: \(text)") }
        func trim(_ bytes: inout ArraySlice<UInt8>) { bytes = bytes.drop { $0 == 32 || (9...13).contains($0) } }
        while true {
            part = []
            trim(&bytes)
            if bytes.first == UInt8(ascii: "\"") {
                bytes = bytes.dropFirst()
                while true {
                    guard let byte = bytes.popFirst() else { throw malformed() }
                    if byte == UInt8(ascii: "\"") {
                        guard bytes.first == UInt8(ascii: "\"") else { break }
                        bytes = bytes.dropFirst()
                    }
                    part.append(byte)
                }
                parts.append(String(decoding: part, as: UTF8.self))
            } else {
                while let byte = bytes.first, byte != UInt8(ascii: "."), byte != 32, !(9...13).contains(byte) {
                    part.append(byte)
                    bytes = bytes.dropFirst()
                }
                if part.isEmpty { throw malformed() }
                parts.append(String(decoding: part, as: UTF8.self).lowercased())
            }
            trim(&bytes)
            guard let next = bytes.popFirst() else { return parts }
            guard next == UInt8(ascii: ".") else { throw malformed() }
        }
    }

    /// A name as SQL writes it: in quotes unless it is a plain word in lower case.
    package static func quoted(_ name: String) -> String {
        var isPlain = !(name.utf8.first.map { (48...57).contains($0) } ?? true)
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): continue
            default: isPlain = false
            }
        }
        if isPlain, !ReservedWords.all.contains(name) { return name }
        return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Words that PostgreSQL puts in quotes where they are names.
    private enum ReservedWords {
        static let all: Set<String> = Set(
            """
            all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column \
            concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp \
            current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having \
            ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not \
            notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar \
            some symmetric table tablesample then to trailing true union unique user using variadic verbose when where window with \
            between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout int integer \
            interval least national nchar none normalize nullif numeric out overlay position precision real row setof smallint substring \
            time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi \
            xmlroot xmlserialize xmltable
            """.split(separator: " ").map(String.init))
    }
}
