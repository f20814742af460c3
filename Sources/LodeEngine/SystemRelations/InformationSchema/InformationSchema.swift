/// The relations of `information_schema` that are computed, and what they share.

import LodeCatalog
import LodeCore

/// - Source: ISO/IEC 9075-11 (SQL/Schemata); PostgreSQL 15, "The Information Schema".
protocol InformationRelation: SystemRelation {}

extension InformationRelation {
    static var schema: String { "information_schema" }
    static var catalog: Value { .text(Engine.catalogName) }

    static func yesNo(_ flag: Bool) -> Value { .text(flag ? "YES" : "NO") }
    static func nulls(_ count: Int) -> [Value] { Array(repeating: .null, count: count) }
    /// Catalog, schema and name.
    static func path(_ relation: RelationObject) -> [Value] { path(relation.schema) + [.text(relation.name)] }
    /// Catalog and name.
    static func path(_ schema: SchemaObject) -> [Value] { [.text(schema.catalog ?? Engine.catalogName), .text(schema.name)] }
    static func path(_ constraint: ConstraintObject, of relation: RelationObject) -> [Value] {
        [catalog, .text(relation.schema.name), .text(constraint.declared.name)]
    }
}

extension SystemRelations {
    static let information: [any SystemRelation.Type] = [
        InformationTables.self, InformationColumns.self, InformationViews.self, InformationSchemata.self, InformationForeignTables.self,
        InformationTableConstraints.self, InformationKeyColumns.self, InformationChecks.self, InformationReferences.self,
        InformationConstraintColumns.self, InformationConstraintTables.self, InformationElementTypes.self, InformationColumnTypes.self,
        InformationDomains.self, InformationRoles.self, InformationApplicableRoles.self, InformationCatalogName.self,
        InformationCharacterSets.self, InformationTablePrivileges.self, InformationRoleGrants.self,
    ]
}

enum InformationCatalogName: InformationRelation {
    static let name = "information_schema_catalog_name"
    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] { [[catalog]] }
}

enum InformationSchemata: InformationRelation {
    static let name = "schemata"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.schemas().map { path($0) + [.text($0.database.ownerName)] + nulls(4) }
    }
}

enum InformationCharacterSets: InformationRelation {
    static let name = "character_sets"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        [[.null, .null, .text("UTF8"), .text("UCS"), .text("UTF8"), catalog, .text("pg_catalog"), .text("default")]]
    }
}
