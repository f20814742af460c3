/// The care of tables: how their rows lie in files, and which files and versions are kept.
import LodeCore

package enum MaintenanceStatement: Sendable {
    case optimize(Optimize)
    case vacuum(Vacuum)
    case restore(Restore)
    case execute(ExecuteProcedure)

    var changeName: String {
        switch self {
        case .optimize: "OPTIMIZE"
        case .vacuum: "VACUUM"
        case .restore: "RESTORE"
        case .execute: "ALTER TABLE"
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

/// `ALTER TABLE table EXECUTE procedure(arguments) [WHERE condition]`.
package struct ExecuteProcedure: Sendable {
    package var table: QualifiedName
    package var call: FunctionCall
    package var `where`: Expression?
}

/// `VACUUM [table] [RETAIN n HOURS|DAYS] [DRY RUN]`.
package struct Vacuum: Sendable {
    package struct Retention: Sendable {
        package enum Unit: String, Sendable {
            case hours = "HOURS"
            case days = "DAYS"
        }

        package var count: Int
        package var unit: Unit

        /// As far as the range goes.
        package var micros: Int64 {
            let (product, overflow) = Int64(count).multipliedReportingOverflow(by: unit == .days ? 86_400_000_000 : 3_600_000_000)
            return overflow ? .max : product
        }
    }

    /// Nil: every table.
    package var table: QualifiedName?
    package var retention: Retention?
    package var isDryRun: Bool
}
