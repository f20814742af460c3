/// Tables that exist only as schemas, for tests of planning.

import LodeCore
import LodePlan
import LodeSyntax
import LodeTables

@testable import LodePlanner

/// A relation without rows.
final class FakeTable: Relation {
    let displayName: String
    let schema: Schema
    let partitionColumns: Set<String> = []

    init(_ name: String, _ fields: [Field]) {
        displayName = name
        schema = Schema(fields)
    }

    func readStatistics(of columns: [Int]) -> RelationStatistics { RelationStatistics() }
}

/// Resolves the tables that it is given, by name; views are SQL text.
final class FakeResolver: RelationResolver {
    var tables: [String: FakeTable] = [:]
    var views: [String: String] = [:]
    /// What file functions were called with.
    var calls: [String] = []

    /// `"t(a integer, b varchar)"`.
    init(_ definitions: [String]) throws {
        for definition in definitions {
            guard let open = definition.firstIndex(of: "(") else { continue }
            let name = String(definition[..<open])
            var fields: [Field] = []
            let statements = try Parser.parse("create table \(definition)")
            if case .definition(.createTable(let table))? = statements.first?.statement {
                for column in table.columns {
                    guard let type = column.type else { continue }
                    fields.append(Field(column.name.text, try TypeBinder.type(type)))
                }
            }
            tables[name] = FakeTable("main.\(name)", fields)
        }
    }

    func table(_ name: QualifiedName, at time: TableTime?) throws(SQLError) -> ResolvedRelation? {
        let key = name.last.text.lowercased()
        if name.parts.count > 1, name.parts[name.parts.count - 2].text.lowercased() != "main" {
            throw SQLError(.invalidSchemaName, "schema \"\(name.parts[0].text)\" does not exist")
        }
        if let table = tables[key] { return .source(table, path: ["lode", "main", key]) }
        guard let text = views[key], case .query(let query)? = try Parser.parse(text).first?.statement else { return nil }
        return .view(ResolvedView(path: ["lode", "main", key], query: query, columns: [], resolver: self))
    }

    func isFileFunction(_ name: String) -> Bool { name.hasPrefix("read_") }

    func fileFunction(
        _ name: String, arguments: [Value], named: [(name: String, value: Value)], span: SourceSpan
    ) throws(SQLError) -> any Relation {
        calls.append("\(name) \(arguments) \(named.map { "\($0.name)=\($0.value)" })")
        return FakeTable("\(name)(…)", [Field("a", .integer), Field("b", .varchar)])
    }

    func file(_ path: String, span: SourceSpan) throws(SQLError) -> any Relation {
        FakeTable("'\(path)'", [Field("a", .integer), Field("b", .varchar)])
    }

    func nearbyNames() -> [String] { tables.keys.sorted() + views.keys.sorted() + ["read_csv", "read_json", "read_parquet"] }
}
