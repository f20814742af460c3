/// Values that rows bring for a generated column: they must be those that the table computes.

import LodeCore
import LodeVectors

package enum GeneratedValue {
    /// Takes what a row brings and what is computed for it, and gives the latter. A row that brings NULL brings nothing.
    ///
    /// Throws `23514` where they differ.
    package static func check(of column: String, in table: String, _ type: SQLType) -> BoundScalar {
        BoundScalar(parameters: [type, type], returns: type, canFail: true) { arguments, count, _ throws(SQLError) in
            for row in 0..<count where !arguments[0].isNull(row) {
                if arguments[0].value(at: row) == arguments[1].value(at: row) { continue }
                throw SQLError(
                    .checkViolation, "new row for relation \"\(table)\" has another value than the generated column \"\(column)\"",
                    hint: "Leave the column out: it is computed.")
            }
            return arguments[1]
        }
    }
}
