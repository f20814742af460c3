/// Settings, and questions about what there is.
import LodeCore

package enum UtilityStatement: Sendable {
    case set(SetSetting)
    /// `RESET name`; nil is RESET ALL.
    case reset(QualifiedName?)
    case show(Show)
    /// DESCRIBE, with EXTENDED or FORMATTED.
    case describe(DescribeTarget, isExtended: Bool)
    case describeHistory(QualifiedName)
    case summarize(DescribeTarget)
    /// `USE [catalog.]schema`.
    case use(QualifiedName)
    case repairTable(QualifiedName, isRefresh: Bool)
    /// `ANALYZE [table [(columns)]]`: collect statistics; of all columns if none are named.
    case analyze(QualifiedName?, columns: [Identifier])
    /// `CALL procedure(arguments)`.
    case call(FunctionCall)

    var changeName: String? {
        switch self {
        case .repairTable: "MSCK REPAIR TABLE"
        case .call: "CALL"
        case .set, .reset, .show, .describe, .describeHistory, .summarize, .use, .analyze: nil
        }
    }
}

/// `SET [SESSION|LOCAL] name = value`, `SET TIME ZONE …` (name `timezone`).
package struct SetSetting: Sendable {
    package var name: QualifiedName
    /// Usually one; bare words are names (`SET a TO on`); `DEFAULT` is `defaultValue`.
    package var values: [Expression]
    package var isLocal: Bool
    /// What else the same statement sets.
    package var also: [SetSetting] = []
}

package enum Show: Sendable {
    /// `SHOW name`, a setting; `SHOW TIME ZONE` is `timezone`.
    case setting(QualifiedName)
    case allSettings
    /// `SHOW TABLES [IN|FROM schema] [[LIKE] 'pattern']`.
    case tables(schema: QualifiedName?, pattern: String?)
    case views(schema: QualifiedName?, pattern: String?)
    /// `SHOW SCHEMAS|DATABASES [IN|FROM catalog] [[LIKE] 'pattern']`.
    case schemas(catalog: Identifier? = nil, pattern: String?)
    case catalogs(pattern: String?)
    /// `SHOW COLUMNS IN|FROM table`.
    case columns(QualifiedName)
    case partitions(QualifiedName)
    case createTable(QualifiedName)
    case createView(QualifiedName)
    /// `SHOW TBLPROPERTIES table`.
    case tableProperties(QualifiedName)
    case functions(pattern: String?)
    /// `SHOW ACCESS KEYS [FOR role]`.
    case accessKeys(Identifier?)
}

/// What DESCRIBE and SUMMARIZE are asked about.
package enum DescribeTarget: Sendable {
    case table(QualifiedName)
    case file(String, SourceSpan)
    case query(Query)
}
