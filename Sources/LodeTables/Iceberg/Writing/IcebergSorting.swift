/// The order of rows in files, as it is declared; and sort orders that say so.

import LodeCore

/// Declared as `sorted_by` is: `a, b DESC NULLS LAST`.
/// - Source: Iceberg spec, "Sorting".
enum IcebergSorting {
    /// Nil for a table without an order, and for one that the words have not: it stays as it is, and is not obeyed.
    static func text(_ metadata: IcebergMetadata, _ schema: IcebergSchema) -> String? {
        guard let order = metadata.sortOrders.first(where: { $0.id == metadata.defaultSortOrderID }), !order.fields.isEmpty else {
            return nil
        }
        var items: [String] = []
        for field in order.fields {
            guard field.transform == .identity, let source = schema.fields.first(where: { field.sourceIDs == [$0.id] }),
                !source.name.contains(where: { $0 == "," || $0 == " " })
            else { return nil }
            var item = source.name + (field.isDescending ? " DESC" : "")
            if field.nullsComeLast == field.isDescending { item += field.nullsComeLast ? " NULLS LAST" : " NULLS FIRST" }
            items.append(item)
        }
        return items.joined(separator: ", ")
    }

    /// - Throws: `42703` for a column that does not exist.
    static func fields(_ text: String, _ schema: IcebergSchema) throws(SQLError) -> [JSONTree] {
        var fields: [JSONTree] = []
        for item in text.split(separator: ",") {
            var words = item.split(separator: " ").map(String.init)
            var nulls: String?
            if words.count >= 3, words[words.count - 2].lowercased() == "nulls" {
                nulls = words.removeLast().lowercased()
                words.removeLast()
            }
            var isDescending = false
            if words.count >= 2, let last = words.last?.lowercased(), last == "asc" || last == "desc" {
                isDescending = last == "desc"
                words.removeLast()
            }
            let name = words.joined(separator: " "), folded = name.lowercased()
            let exact = schema.fields.first { $0.name == name }
            guard let source = exact ?? schema.fields.first(where: { $0.name.lowercased() == folded }) else {
                throw SQLError(.undefinedColumn, "column \"\(name)\" of property sorted_by does not exist")
            }
            let nullsLast = nulls.map { $0 == "last" } ?? !isDescending
            fields.append(
                .object([
                    .init("transform", .string("identity")), .init("source-id", .integer(source.id)),
                    .init("direction", .string(isDescending ? "desc" : "asc")),
                    .init("null-order", .string(nullsLast ? "nulls-last" : "nulls-first")),
                ]))
        }
        return fields
    }
}
