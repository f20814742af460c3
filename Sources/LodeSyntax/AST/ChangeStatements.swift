/// INSERT, UPDATE, DELETE, MERGE and COPY.
import LodeCore

/// `INSERT [WITH SCHEMA EVOLUTION] INTO|OVERWRITE [TABLE] name [PARTITION (…)] [(columns)] [BY NAME] query|VALUES|DEFAULT VALUES`.
package struct Insert: Sendable {
    package enum Source: Sendable {
        case query(Query)
        case defaultValues
    }

    package var with: With?
    package var table: QualifiedName
    package var alias: Identifier?
    /// INSERT OVERWRITE, which replaces the rows (of the partitions) that are there.
    package var isOverwrite: Bool
    /// Hive's `PARTITION (dt = '…', hour)`; a key without value is taken from the query.
    package var partition: [Property]
    package var columns: [Identifier]
    /// `BY NAME`: columns are matched by name instead of by place.
    package var isByName: Bool
    /// `WITH SCHEMA EVOLUTION`: columns that the table lacks are added to it.
    package var evolvesSchema: Bool
    package var source: Source
    package var returning: [SelectItem]
}

/// `column = value`, `(a, b) = (1, 2)`.
package struct Assignment: Sendable {
    /// One target, or those of a row in parentheses.
    package var targets: [QualifiedName]
    package var value: Expression
}

/// `UPDATE table SET … [FROM …] [WHERE …] [RETURNING …]`.
package struct Update: Sendable {
    package var with: With?
    package var table: TableReference
    package var assignments: [Assignment]
    package var from: [TableReference]
    package var `where`: Expression?
    package var returning: [SelectItem]
}

/// `DELETE FROM table [USING …] [WHERE …] [RETURNING …]`.
package struct Delete: Sendable {
    package var with: With?
    package var table: TableReference
    package var using: [TableReference]
    package var `where`: Expression?
    package var returning: [SelectItem]
}

/// `MERGE [WITH SCHEMA EVOLUTION] INTO target USING source ON condition WHEN … [RETURNING …]`.
package struct Merge: Sendable {
    package enum Match: Sendable {
        case matched
        /// A source row without target; by target.
        case notMatched
        case notMatchedBySource
    }

    package enum Action: Sendable {
        case update([Assignment])
        /// `UPDATE SET *`, `UPDATE *`.
        case updateAll
        /// Without values: DEFAULT VALUES.
        case insert(columns: [Identifier], values: [Expression])
        /// `INSERT *`.
        case insertAll
        case delete
        case doNothing
    }

    package struct Clause: Sendable {
        package var match: Match
        package var condition: Expression?
        package var action: Action
        package var span: SourceSpan
    }

    package var with: With?
    package var target: TableReference
    package var source: TableReference
    package var condition: Expression
    /// `WITH SCHEMA EVOLUTION`: columns of the source that the table lacks are added to it.
    package var evolvesSchema: Bool
    package var clauses: [Clause]
    package var returning: [SelectItem]
}

/// `COPY table|(query) TO|FROM 'path' (FORMAT parquet, …)`.
package struct Copy: Sendable {
    package enum Subject: Sendable {
        case table(QualifiedName, [Identifier])
        case query(Query)
    }

    package enum Direction: String, Sendable {
        case to = "TO"
        case from = "FROM"
    }

    package enum Target: Sendable {
        case path(String, SourceSpan)
        case standardInput
        case standardOutput
    }

    /// What COPY INTO says beside that: which files, and how.
    package struct Once: Sendable {
        /// In the folder; empty: all that the pattern or the path means.
        package var files: [String] = []
        package var pattern: String?
        package var options: [Property] = []
    }

    package var subject: Subject
    package var direction: Direction
    package var target: Target
    package var options: [Property]
    /// Of COPY INTO, which reads each file once.
    package var once: Once?
}
