/// The option `sorted_by`: the order that a file's rows are brought into, and that its row groups declare.

import LodeCore

/// A column of the order.
package struct SortedBy: Sendable {
    /// Position in the schema.
    package var index: Int
    package var descending = false
    package var nullsFirst = false

    /// Reads `'a'`, `'a DESC, b'` or a list of such; NULLs come last ascending and first descending unless NULLS says otherwise.
    /// - Throws: `42703` for a column that does not exist, `22023` for what is no order.
    package static func columns(_ options: FormatOptions, _ schema: Schema) throws(SQLError) -> [SortedBy] {
        var result: [SortedBy] = []
        for text in try options.texts("sorted_by") ?? [] {
            for item in text.split(separator: ",") { result.append(try column(item, schema)) }
        }
        return result
    }

    private static func column(_ item: Substring, _ schema: Schema) throws(SQLError) -> SortedBy {
        var words = item.split(separator: " ").map(String.init)
        let folded = words.map { $0.lowercased() }
        var nulls: Bool?
        if folded.count >= 3, folded[folded.count - 2] == "nulls", let last = folded.last, last == "first" || last == "last" {
            nulls = last == "first"
            words.removeLast(2)
        }
        var descending = false
        if words.count >= 2, let last = words.last?.lowercased(), last == "asc" || last == "desc" {
            descending = last == "desc"
            words.removeLast()
        }
        let name = words.joined(separator: " ")
        guard let index = schema.index(of: name) else {
            throw SQLError(
                .undefinedColumn, "column \"\(name)\" of option sorted_by does not exist",
                hint: NearestName.find(name, among: schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
        }
        return SortedBy(index: index, descending: descending, nullsFirst: nulls ?? descending)
    }
}
