/// The care of tables: how their rows lie in files, and which files and versions are kept.
import LodeCore

package enum MaintenanceStatement: Sendable {
    case optimize(Optimize)
    case vacuum(Vacuum)
    case restore(Restore)
    case convert(Convert)
    case undrop(QualifiedName)
    /// What `EXECUTE optimize_manifests` means.
    case rewriteManifests(QualifiedName)
    case execute(ExecuteProcedure)

    var changeName: String {
        switch self {
        case .optimize: "OPTIMIZE"
        case .vacuum: "VACUUM"
        case .restore: "RESTORE"
        case .convert: "CONVERT"
        case .undrop: "UNDROP TABLE"
        case .execute, .rewriteManifests: "ALTER TABLE"
        }
    }
}

/// `OPTIMIZE table [FULL] [WHERE condition] [ZORDER BY (columns) | HILBERT BY (columns) | ORDER BY keys]`.
package struct Optimize: Sendable {
    /// How rows of a partition lie beside each other afterwards.
    package enum Order: Sendable {
        /// As they come.
        case none
        case zorder([Identifier])
        case hilbert([Identifier])
        case sorted([OrderItem])
    }

    package var table: QualifiedName
    /// Of partition columns.
    package var `where`: Expression?
    package var order: Order
    /// Whether files that are large enough are written anew, too.
    package var isFull: Bool
    /// Files get about this size; nil for what the table or the session says.
    package var fileBytes: Int?

    package init(
        table: QualifiedName, where condition: Expression? = nil, order: Order = .none, isFull: Bool = false, fileBytes: Int? = nil
    ) {
        self.table = table
        self.where = condition
        self.order = order
        self.isFull = isFull
        self.fileBytes = fileBytes
    }
}

/// `RESTORE TABLE table TO VERSION|TIMESTAMP AS OF value`.
package struct Restore: Sendable {
    package var table: QualifiedName
    package var time: TimeTravel

    package init(table: QualifiedName, time: TimeTravel) {
        self.table = table
        self.time = time
    }
}

/// `CONVERT TO format table|'folder' [NO STATISTICS] [PARTITIONED BY (column type, …)]`.
package struct Convert: Sendable {
    package enum Source: Sendable {
        /// A table, or a folder as Spark names it: parquet."/data/orders".
        case name(QualifiedName)
        case folder(String, SourceSpan)
    }

    package var format: Identifier
    package var source: Source
    package var collectsStatistics: Bool
    package var partitionedBy: [PartitionField]
}

/// `ALTER TABLE table EXECUTE procedure(arguments) [WHERE condition]`.
package struct ExecuteProcedure: Sendable {
    package var table: QualifiedName
    package var call: FunctionCall
    package var `where`: Expression?
}

/// `VACUUM [table] [RETAIN n HOURS|DAYS] [DRY RUN]`.
package struct Vacuum: Sendable {
    /// What is looked for.
    package enum Part: Sendable {
        case everything
        /// Versions that are too old, and what only they have.
        case versions
        /// Files that no version has.
        case orphans
    }

    /// Nil: every table.
    package var table: QualifiedName?
    /// How long versions are kept, in microseconds; nil for what the table says.
    package var retention: Int64?
    package var isDryRun: Bool
    package var part: Part

    package init(table: QualifiedName?, retention: Int64? = nil, isDryRun: Bool = false, part: Part = .everything) {
        self.table = table
        self.retention = retention
        self.isDryRun = isDryRun
        self.part = part
    }

    static let hour: Int64 = 3_600_000_000
}
