/// The names that completion offers, and the session's time zone for printing. Nothing here fails: what can't be read is not offered.

import LodeCore
import LodeFunctions
import LodeVectors

extension Session {
    package func schemaNames() -> [String] { ((try? catalog.databases()) ?? []).map(\.name) }

    /// Tables and views of a schema, or of the search path.
    package func tableNames(in schema: String?) -> [String] {
        let schemas = schema.map { [$0] } ?? ownPath
        let names = schemas.flatMap { ((try? catalog.tables(in: $0)) ?? []).map(\.name) }
        return schema == nil ? names + temporaryViews.values.map(\.name) : names
    }

    package func columnNames(of name: [String]) -> [String] {
        guard let last = name.last else { return [] }
        let schemas = name.count > 1 ? [name[name.count - 2]] : lookupPath
        for schema in schemas {
            if let table = try? catalog.table(.init(schema, last)), let schema = try? table.schema() {
                return schema.fields.map(\.name)
            }
        }
        return []
    }

    package func functionNames() -> [String] { Self.allFunctionNames }

    package static var allFunctionNames: [String] {
        let names = [
            Array(FunctionRegistry.scalars.keys), Array(FunctionRegistry.sets.keys), Array(FunctionRegistry.aggregates.keys),
            Array(FunctionRegistry.windows.keys),
        ]
        return names.joined().filter { $0.utf8.first.map { $0 > 96 } ?? false } + FileFunctions.names
    }

    /// How timestamptz values are shown.
    package var zone: ValueText.Zone? { Self.zone(named: settings["timezone"]) }

    package static func zone(named name: String) -> ValueText.Zone? {
        guard name != "UTC", let rules = try? TimeZoneRules.named(name) else { return nil }
        return { rules.offsetSeconds(atUTC: $0) }
    }
}
