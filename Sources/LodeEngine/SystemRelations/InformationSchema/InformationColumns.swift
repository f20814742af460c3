/// `information_schema.columns` and what else tells of columns and their types.

import LodeCatalog
import LodeCore

enum InformationColumns: InformationRelation {
    static let name = "columns"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        let wanted = scope.predicate.possibleValues(of: "table_name")
        var rows: [[Value]] = []
        for relation in try scope.objects.relations() where wanted?.contains(.text(relation.name)) ?? true {
            let keys = Set(relation.table.partitionKeys.map(\.name)), path = path(relation)
            for attribute in relation.attributes() {
                rows.append(path + row(attribute, of: relation, isKey: keys.contains(attribute.name)))
            }
        }
        return rows
    }

    private static func row(_ attribute: AttributeObject, of relation: RelationObject, isKey: Bool) -> [Value] {
        let facts = TypeFacts(attribute.type, unknown: attribute.column.unknownType), column = attribute.column
        var row: [Value] = [.text(attribute.name), .number(attribute.attribute), .optional(column.defaultValue)]
        row += [yesNo(!attribute.isNotNull), facts.dataType] + facts.lengths + facts.numeric + [facts.secondDigits]
        // interval_type, interval_precision; character set; collation; domain; type; scope
        row += nulls(2) + nulls(3) + facts.collation + nulls(3) + facts.path + nulls(3)
        // maximum_cardinality, dtd_identifier, is_self_referencing, is_identity, identity_…
        row += [.null, .text("\(attribute.attribute)"), yesNo(false)]
        let identity = column.identity
        row += [yesNo(identity != nil), .optional(identity.map { $0.takesValues ? "BY DEFAULT" : "ALWAYS" })]
        row += [.optional(identity.map { "\($0.start)" }), .optional(identity.map { "\($0.step)" })] + nulls(2) + [yesNo(false)]
        row += [.text(column.generated == nil ? "NEVER" : "ALWAYS"), .optional(column.generated)]
        row += [yesNo(relation.table.isWritten)]
        row += [.text(column.typeText(attribute.field.type)), .text(column.type), yesNo(isKey), .optional(column.comment)]
        return row
    }
}

enum InformationColumnTypes: InformationRelation {
    static let name = "column_udt_usage"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for relation in try scope.objects.relations() {
            for attribute in relation.attributes() {
                rows.append(
                    TypeFacts(attribute.type, unknown: attribute.column.unknownType).path + path(relation) + [.text(attribute.name)])
            }
        }
        return rows
    }
}

enum InformationElementTypes: InformationRelation {
    static let name = "element_types"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for relation in try scope.objects.relations() {
            for attribute in relation.attributes() {
                guard case .list(let element) = attribute.field.type.base else { continue }
                let place = "\(attribute.attribute)", kind = relation.kind == "v" ? "VIEW" : "TABLE"
                rows.append(
                    path(relation) + [.text(kind), .text(place)] + TypeFacts(WireType(element)).described + [.text("a" + place)])
            }
        }
        return rows
    }
}

enum InformationDomains: InformationRelation {
    static let name = "domains"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        guard let types = ShippedTables.table(TableName("pg_catalog", "pg_type")) else { return [] }
        let schema = try types.schema()
        guard let kind = schema.index(of: "typtype"), let title = schema.index(of: "typname"), let base = schema.index(of: "typbasetype"),
            let modifier = schema.index(of: "typtypmod")
        else { return [] }
        return try ShippedTables.rows(of: types).filter { $0[kind] == .text("d") }.map { type in
            guard case .integer(let number) = type[base], case .integer(let bounds) = type[modifier] else { return [] }
            let facts = TypeFacts(WireType(id: UInt32(clamping: number), size: -1, modifier: Int32(clamping: bounds)))
            return [catalog, .text(schemaName), type[title]] + facts.described + [.text("1")]
        }.filter { !$0.isEmpty }
    }

    private static var schemaName: String { "information_schema" }
}
