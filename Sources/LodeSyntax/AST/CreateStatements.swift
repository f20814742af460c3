/// CREATE SCHEMA, CREATE TABLE and CREATE VIEW, in PostgreSQL's, Athena's and Spark's manners.
import LodeCore

/// `'key' = value` or `key = value`, in TBLPROPERTIES, WITH, OPTIONS, COPY and so on.
package struct Property: Sendable {
    /// A quoted key is kept; a bare one is in lower case, dots included (`write.format`).
    package var key: Identifier
    /// Nil for a flag without value (`HEADER`). Bare words (`FORMAT parquet`) are names.
    package var value: Expression?
}

/// `CREATE SCHEMA|DATABASE [IF NOT EXISTS] name [COMMENT …] [LOCATION …] [WITH DBPROPERTIES (…)]`.
package struct CreateSchema: Sendable {
    package var name: QualifiedName
    package var ifNotExists: Bool
    package var comment: String?
    package var location: String?
    package var properties: [Property]
}

/// `CREATE EXTERNAL SCHEMA [IF NOT EXISTS] name FROM DATA CATALOG DATABASE 'd' [REGION 'r'] [IAM_ROLE 'arn'] …`, as Redshift has it.
package struct CreateExternalSchema: Sendable {
    package var name: Identifier
    package var ifNotExists: Bool
    /// Nil for DATA CATALOG.
    package var source: Identifier?
    /// A nil value is DEFAULT.
    package var settings: [(key: Identifier, value: String?)]
    /// CREATE EXTERNAL DATABASE IF NOT EXISTS.
    package var createsDatabase: Bool
}

/// `CREATE CATALOG [IF NOT EXISTS] name USING kind [OPTIONS (…)]`.
package struct CreateCatalog: Sendable {
    package var name: Identifier
    package var ifNotExists: Bool
    package var kind: Identifier
    package var options: [Property]
}

/// `CREATE [OR REPLACE] [TEMP] [EXTERNAL] TABLE [IF NOT EXISTS] name (…) … [AS query]`.
package struct CreateTable: Sendable {
    package var name: QualifiedName
    package var orReplace = false
    package var isTemporary = false
    package var onCommit: OnCommit?
    package var isExternal = false
    package var ifNotExists = false
    package var columns: [ColumnDefinition] = []
    package var constraints: [TableConstraint] = []
    /// `LIKE other`.
    package var like: QualifiedName?
    /// `SHALLOW CLONE other [VERSION AS OF n]`.
    package var clone: (source: QualifiedName, time: TimeTravel?)?
    package var comment: String?
    /// `USING parquet`.
    package var using: Identifier?
    package var partitionedBy: [PartitionField] = []
    /// `CLUSTER BY (a, b)`: columns and fields by which rows are kept together.
    package var clusterBy: [QualifiedName] = []
    /// `CLUSTERED BY (a, b) INTO 8 BUCKETS`.
    package var bucketing: Bucketing?
    package var rowFormat: RowFormat?
    package var storedAs: StoredAs?
    package var location: String?
    /// `TBLPROPERTIES (…)`.
    package var tableProperties: [Property] = []
    /// `WITH (…)`, as Athena's CTAS and PostgreSQL have it.
    package var withProperties: [Property] = []
    /// `OPTIONS (…)`, as Spark has it.
    package var options: [Property] = []
    package var query: Query?
    /// `WITH NO DATA` after the query.
    package var withNoData = false
}

/// `name type [constraints] [COMMENT '…']`. In CREATE TABLE … AS the type may be missing.
package struct ColumnDefinition: Sendable {
    package var name: Identifier
    package var type: TypeName?
    package var constraints: [ColumnConstraint]
    package var comment: String?
    package var span: SourceSpan
}

/// What a column definition says beside name, type and comment.
package struct ColumnConstraint: Sendable {
    package enum Kind: Sendable {
        case null
        case notNull
        case primaryKey
        case unique
        case defaultValue(Expression)
        case check(Expression)
        case references(QualifiedName, [Identifier])
        /// `GENERATED ALWAYS AS (expression) STORED`.
        case generated(Expression, isStored: Bool)
        /// `GENERATED ALWAYS|BY DEFAULT AS IDENTITY (START WITH … INCREMENT BY …)`.
        case identity(IdentityOptions)
    }

    package var kind: Kind
    /// `CONSTRAINT name`.
    package var name: Identifier?
    /// `ENFORCED` or `NOT ENFORCED`; nil if it says neither.
    package var isEnforced: Bool?
    package var span: SourceSpan
}

/// What an identity column counts.
package struct IdentityOptions: Sendable {
    /// Whether no value can be given.
    package var isAlways: Bool
    package var start: Int64?
    package var increment: Int64?
}

/// A constraint among the elements of a table, or of ALTER TABLE … ADD.
package struct TableConstraint: Sendable {
    package enum Kind: Sendable {
        case primaryKey([Identifier])
        case unique([Identifier])
        case check(Expression)
        case foreignKey([Identifier], QualifiedName, [Identifier])
    }

    package var kind: Kind
    package var name: Identifier?
    package var isEnforced: Bool?
    package var span: SourceSpan

    package init(kind: Kind, name: Identifier?, isEnforced: Bool?, span: SourceSpan) {
        self.kind = kind
        self.name = name
        self.isEnforced = isEnforced
        self.span = span
    }
}

/// One element of PARTITIONED BY.
package enum PartitionField: Sendable {
    /// A column of the table: `PARTITIONED BY (dt)`.
    case column(Identifier)
    /// A column of its own, as Hive and Athena have it: `PARTITIONED BY (dt string)`.
    case typed(ColumnDefinition)
    /// `day(ts)`, `bucket(16, id)`.
    case transform(FunctionCall, span: SourceSpan)

    package var span: SourceSpan? {
        switch self {
        case .column(let name): name.span
        case .typed(let column): column.span
        case .transform(_, let span): span
        }
    }
}

package struct Bucketing: Sendable {
    package var columns: [Identifier]
    package var sortedBy: [OrderItem]
    package var buckets: Int
}

package enum RowFormat: Sendable {
    /// `ROW FORMAT SERDE 'class' WITH SERDEPROPERTIES (…)`.
    case serde(String, [Property])
    /// `ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' …`: keys `fields`, `escaped`, `collection items`, `map keys`, `lines`, `null`.
    case delimited([(key: String, value: String)])
}

/// What becomes of a temporary table at the end of a transaction.
package enum OnCommit: String, Sendable {
    case preserveRows = "PRESERVE ROWS"
    case deleteRows = "DELETE ROWS"
    case drop = "DROP"
}

package enum StoredAs: Sendable {
    /// `STORED AS PARQUET`, in lower case.
    case format(Identifier)
    /// `STORED AS INPUTFORMAT '…' OUTPUTFORMAT '…'`.
    case classes(input: String, output: String)
}

/// `CREATE [OR REPLACE] [TEMP] VIEW [IF NOT EXISTS] name [(columns)] [COMMENT …] [TBLPROPERTIES (…)] AS query`.
package struct CreateView: Sendable {
    package var name: QualifiedName
    package var orReplace: Bool
    package var isTemporary: Bool
    package var isMaterialized: Bool
    package var ifNotExists: Bool
    package var columns: [Identifier]
    package var comment: String?
    /// `TBLPROPERTIES (…)`.
    package var properties: [Property]
    package var query: Query
}
