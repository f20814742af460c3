/// ALTER TABLE, COMMENT ON and DROP.
import LodeCore

/// `ALTER TABLE [IF EXISTS] name action`.
package struct AlterTable: Sendable {
    package enum Action: Sendable {
        case rename(QualifiedName)
        case renameColumn(Identifier, to: Identifier)
        case addColumns([ColumnDefinition], ifNotExists: Bool)
        case dropColumns([Identifier], ifExists: Bool)
        /// `ALTER [COLUMN] name [SET DATA] TYPE type`.
        case setType(Identifier, TypeName)
        /// `ALTER [COLUMN] name SET|DROP NOT NULL`.
        case setNotNull(Identifier, Bool)
        /// `ALTER [COLUMN] name SET DEFAULT value`; nil for DROP DEFAULT.
        case setDefault(Identifier, Expression?)
        case addConstraint(TableConstraint)
        case dropConstraint(Identifier, ifExists: Bool)
        case setProperties([Property])
        case unsetProperties([Identifier], ifExists: Bool)
        case setSerDeProperties([Property])
        /// `SET TAGS ('key' = 'value', …)`, or `SET TAG key = 'value', …`; a key may have no value.
        case setTags([Property])
        case unsetTags([Identifier], ifExists: Bool)
        case setLocation(String)
        /// All but partition columns.
        case replaceColumns([ColumnDefinition])
        /// `CHANGE [COLUMN] old new type [COMMENT '…']`.
        case changeColumn(Identifier, ColumnDefinition)
        case addPartitions([Partition], ifNotExists: Bool)
        case dropPartitions([Partition], ifExists: Bool)
    }

    /// `PARTITION (dt = '2024-01-01', …) [LOCATION '…']`.
    package struct Partition: Sendable {
        package var values: [Property]
        package var location: String?
    }

    package var name: QualifiedName
    package var ifExists: Bool
    package var action: Action
}

/// `COMMENT ON TABLE|VIEW|COLUMN|SCHEMA name IS 'text'`.
package struct CommentOn: Sendable {
    package enum Kind: String, Sendable {
        case table = "TABLE"
        case view = "VIEW"
        case column = "COLUMN"
        case schema = "SCHEMA"
    }

    package var kind: Kind
    package var name: QualifiedName
    /// Nil removes the comment.
    package var text: String?
}

/// `DROP SCHEMA|TABLE|VIEW [IF EXISTS] name, … [CASCADE]`.
package struct Drop: Sendable {
    package enum Kind: String, Sendable {
        case schema = "SCHEMA"
        case table = "TABLE"
        case view = "VIEW"
    }

    package var kind: Kind
    package var ifExists: Bool
    package var names: [QualifiedName]
    package var isCascade: Bool
    /// Whether the files of a table are to go with it.
    package var purges: Bool
}
