/// The rows of `pg_type` and `pg_proc` that ship with Lode, by number.

import LodeCore

/// A type as pg_type has it.
package struct TypeObject: Sendable {
    package let number: Int64
    package let name: String
    package let schema: Int64
    package let length: Int64
    package let isByValue: Bool
    package let alignment: String
    package let storage: String
    package let collation: Int64
    package let element: Int64
    package let array: Int64
    package let category: String
}

package enum TypeRows {
    package static let all: [TypeObject] = load()
    private static let places = Dictionary(all.indices.map { (all[$0].number, $0) }, uniquingKeysWith: { first, _ in first })

    package static func type(_ number: Int64) -> TypeObject? { places[number].map { all[$0] } }

    /// A file that cannot be read gives no types; the tests read it.
    private static func load() -> [TypeObject] {
        guard let table = ShippedTables.table(TableName("pg_catalog", "pg_type")), let rows = try? ShippedTables.rows(of: table),
            let schema = try? table.schema()
        else { return [] }
        let place = Dictionary(schema.fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        return rows.map { row in
            func value(_ name: String) -> Value { place[name].map { row[$0] } ?? .null }
            func number(_ name: String) -> Int64 { if case .integer(let number) = value(name) { number } else { 0 } }
            func text(_ name: String) -> String { if case .text(let text) = value(name) { text.string } else { "" } }
            return TypeObject(
                number: number("oid"), name: text("typname"), schema: number("typnamespace"), length: number("typlen"),
                isByValue: value("typbyval") == .boolean(true), alignment: text("typalign"), storage: text("typstorage"),
                collation: number("typcollation"), element: number("typelem"), array: number("typarray"), category: text("typcategory"))
        }
    }
}
