/// ALTER TABLE, COMMENT ON and DROP.
import LodeCore

/// `ALTER TABLE [IF EXISTS] name action`.
package struct AlterTable: Sendable {
    package enum Action: Sendable {
        case rename(QualifiedName)
        /// `RENAME [COLUMN] name TO new`; columns and fields of structs: `a.b`.
        case renameColumn(QualifiedName, to: Identifier)
        case addColumns([AddedColumn], ifNotExists: Bool)
        case dropColumns([QualifiedName], ifExists: Bool, isCascade: Bool)
        /// `ALTER [COLUMN] name [SET DATA] TYPE type [USING value]`.
        case setType(QualifiedName, TypeName, using: Expression?)
        /// `ALTER [COLUMN] name FIRST|AFTER other`.
        case moveColumn(QualifiedName, Place)
        /// `ALTER [COLUMN] name COMMENT 'text'`.
        case setComment(QualifiedName, String)
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
        /// `CHANGE [COLUMN] old new type [COMMENT '…'] [FIRST|AFTER other]`.
        case changeColumn(QualifiedName, ColumnDefinition, Place?)
        /// `CLUSTER BY (a, b)`; none for CLUSTER BY NONE.
        case clusterBy([QualifiedName])
        case addPartitions([Partition], ifNotExists: Bool)
        case dropPartitions([Partition], ifExists: Bool)
        case partitionField(PartitionFieldChange)
        /// `WRITE ORDERED BY …`; without items, UNORDERED.
        case writeOrder([OrderItem])
        case reference(ReferenceChange)
    }

    /// `ADD|DROP|REPLACE PARTITION FIELD …`.
    package struct PartitionFieldChange: Sendable {
        /// What goes: a term, or the name of a field.
        package var old: PartitionField?
        /// What comes.
        package var new: PartitionField?
        package var name: Identifier?
    }

    /// `CREATE|REPLACE|DROP BRANCH|TAG name …`.
    package struct ReferenceChange: Sendable {
        package enum Verb: String, Sendable {
            case create = "CREATE"
            case createOrReplace = "CREATE OR REPLACE"
            case replace = "REPLACE"
            case drop = "DROP"
            case fastForward = "FAST FORWARD"
        }

        package enum Unit: String, Sendable {
            case days = "DAYS"
            case hours = "HOURS"
            case minutes = "MINUTES"
        }

        package struct Time: Sendable {
            package var number: Int
            package var unit: Unit
        }

        package var verb: Verb
        package var isBranch: Bool
        package var name: Identifier
        /// The branch to which a fast-forward goes.
        package var target: Identifier?
        /// IF EXISTS of DROP, IF NOT EXISTS of CREATE.
        package var isConditional: Bool
        /// Nil for the current one.
        package var version: Int?
        package var retention: Time?
        package var snapshotCount: Int?
        package var snapshotRetention: Time?

        package init(_ verb: Verb, isBranch: Bool, _ name: Identifier, isConditional: Bool = false) {
            self.verb = verb
            self.isBranch = isBranch
            self.name = name
            self.isConditional = isConditional
        }
    }

    /// Where a column or a field stands.
    package enum Place: Sendable {
        case first
        case after(Identifier)
    }

    /// `[struct.]name type [constraints] [FIRST|AFTER other]`.
    package struct AddedColumn: Sendable {
        /// The column, and fields in it, to which a field is added; empty for a column.
        package var owner: [Identifier]
        package var definition: ColumnDefinition
        package var place: Place?
    }

    /// `PARTITION (dt = '2024-01-01', …) [LOCATION '…']`.
    package struct Partition: Sendable {
        package var values: [Property]
        package var location: String?
    }

    package var name: QualifiedName
    package var ifExists: Bool
    package var action: Action

    package init(name: QualifiedName, ifExists: Bool = false, action: Action) {
        self.name = name
        self.ifExists = ifExists
        self.action = action
    }
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
