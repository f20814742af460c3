/// Conversions that refuse to change a value.

import Glibc
import LodeCore
import LodeVectors

extension Casts {
    /// The cast between two types that are not nested, with an error where it would round, cut or otherwise change a value: what comes
    /// from a file is what the file holds.
    static func exactKernel(_ from: SQLType, _ to: SQLType) -> ScalarKernel? {
        guard let there = kernel(from: from, to: to, isTry: false) else { return nil }
        if keepsOrRefuses(from, to) { return there }
        guard let back = kernel(from: to, to: from, isTry: true) else { return nil }
        return { arguments, count, context throws(SQLError) in
            let given = try arguments[0].flattened(), result = try there([given], count, context).flattened()
            let again = try back([result], count, context).flattened()
            let bytes = count * from.physical.stride
            let one = given.lanes(as: UInt8.self), other = again.lanes(as: UInt8.self)
            let isSame = one.withUnsafePointer { one in other.withUnsafePointer { other in memcmp(one, other, bytes) == 0 } }
            if bytes > 0, isSame { return result }
            for row in 0..<count where !given.isNull(row) {
                let value = given.value(at: row)
                // Equal as SQL compares: zeros of either sign, NaN and NaN.
                if Value.compare(value, again.value(at: row)) != 0 { throw changed(try text(given, row, context), from, to) }
            }
            return result
        }
    }

    /// Whether the cast gives the value as it is, or fails: text is read in full, and integers are in range or are not.
    private static func keepsOrRefuses(_ from: SQLType, _ to: SQLType) -> Bool {
        if from == .null || from.isText || to.isText { return true }
        if from.isInteger, to.isInteger || to.isDecimal { return true }
        if case .decimal(_, let scale) = from, case .decimal(_, let wanted) = to { return wanted >= scale }
        switch (from, to) {
        case (.boolean, _), (.uuid, _), (.date, _), (.real, .double), (.tinyint, .real), (.smallint, .real): return true
        case (.tinyint, .double), (.smallint, .double), (.integer, .double): return true
        case (.timestamp, .timestamptz), (.timestamptz, .timestamp), (.time, .interval): return true
        case (.timestampNanos, .timestamptzNanos), (.timestamptzNanos, .timestampNanos): return true
        default: return false
        }
    }

    private static func text(_ column: Column, _ row: Int, _ context: FunctionContext) throws(SQLError) -> String {
        guard let show = kernel(from: column.type, to: .varchar, isTry: false) else { return "a value" }
        guard case .text(let text) = try show([column], column.count, context).value(at: row) else { return "a value" }
        return text.string
    }

    private static func changed(_ value: String, _ from: SQLType, _ to: SQLType) -> SQLError {
        SQLError(
            from.isTemporal ? .datetimeFieldOverflow : .numericValueOutOfRange, "\(value) is not the same as \(to)",
            detail: "The file has the column as \(from), the table as \(to).",
            hint: "Declare the column as \(from) or varchar; of files without a table, union_by_name = true asks all for their types.")
    }
}
