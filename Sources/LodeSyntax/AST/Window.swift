/// Windows: what comes after OVER and WINDOW.
import LodeCore

/// `OVER name` or `OVER (…)`.
package enum WindowReference: Sendable {
    case name(Identifier)
    case specification(WindowSpecification)
}

/// `([base] [PARTITION BY …] [ORDER BY …] [frame])`.
package final class WindowSpecification: Sendable {
    package let base: Identifier?
    package let partitionBy: [Expression]
    package let orderBy: [OrderItem]
    package let frame: WindowFrame?
    package let span: SourceSpan

    package init(
        base: Identifier?, partitionBy: [Expression], orderBy: [OrderItem], frame: WindowFrame?, span: SourceSpan
    ) {
        self.base = base
        self.partitionBy = partitionBy
        self.orderBy = orderBy
        self.frame = frame
        self.span = span
    }
}

/// `ROWS BETWEEN start AND end EXCLUDE …`.
package struct WindowFrame: Sendable {
    package enum Unit: String, Sendable {
        case rows = "ROWS"
        case range = "RANGE"
        case groups = "GROUPS"
    }

    package enum Bound: Sendable {
        case unboundedPreceding
        case preceding(Expression)
        case currentRow
        case following(Expression)
        case unboundedFollowing
    }

    package enum Exclusion: String, Sendable {
        case noOthers = "NO OTHERS"
        case currentRow = "CURRENT ROW"
        case group = "GROUP"
        case ties = "TIES"
    }

    package var unit: Unit
    package var start: Bound
    /// Without BETWEEN it is the current row.
    package var end: Bound?
    package var exclusion: Exclusion?
    package var span: SourceSpan
}

/// `WINDOW name AS (…)`.
package struct NamedWindow: Sendable {
    package var name: Identifier
    package var specification: WindowSpecification
}
