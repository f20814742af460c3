/// Columns whose values a table counts.

import LodeCore

/// `start`, `start + step`, `start + 2 * step` and so on, each at most once, and not without gaps.
package struct IdentityColumn: Hashable, Sendable {
    package var start: Int64
    package var step: Int64
    /// Whether rows may come with values of their own.
    package var takesValues: Bool
    /// The value that was given last; nil if none was.
    package var highWaterMark: Int64?

    package init(start: Int64 = 1, step: Int64 = 1, takesValues: Bool, highWaterMark: Int64? = nil) {
        self.start = start
        self.step = step
        self.takesValues = takesValues
        self.highWaterMark = highWaterMark
    }

    /// The value before the next one that is given; nil if there is no next one.
    package var before: Int64? {
        if let highWaterMark { return highWaterMark }
        let (value, overflow) = start.subtractingReportingOverflow(step)
        return overflow ? nil : value
    }

    /// The mark for files whose rows were given values, by what is known of these: the one that was given last.
    package func reached(in files: [DataFile], of column: String) -> Int64? {
        var mark: Int64?
        for file in files {
            let known = file.statistics[column]
            guard case .integer(let value)? = step > 0 ? known?.maximum : known?.minimum else { continue }
            mark = mark.map { step > 0 ? max($0, value) : min($0, value) } ?? value
        }
        guard let mark else { return nil }
        // What rows brought themselves may lie between two values of the column, or before those that were given.
        let (distance, overflow) = mark.subtractingReportingOverflow(start)
        let rest = step == 0 || overflow ? 0 : distance % step
        let (aligned, isBeyond) = rest == 0 ? (mark, false) : mark.addingReportingOverflow(step - rest)
        let reached = isBeyond ? mark : aligned
        guard let highWaterMark else { return reached }
        return step > 0 ? max(highWaterMark, reached) : min(highWaterMark, reached)
    }
}
