/// The length of `varchar(n)` and `char(n)` where a value is assigned to a column.

import LodeCore
import LodeVectors

/// What a cast cuts off, an assignment refuses, unless it is blanks.
/// - Source: PostgreSQL 17, 8.3 "Character Types".
package enum LengthLimit {
    /// Takes and gives text of at most `length` characters; `type` is the column's, for the message.
    ///
    /// Throws `22001` for longer text that does not end in blanks from there on.
    package static func assignment(_ length: Int, type: String) -> BoundScalar {
        let body: StrictBody = { call throws(SQLError) in
            try call.mapPart { (row, bytes) throws(SQLError) in
                if bytes.count <= length || !call.isValid(row) { return 0..<bytes.count }
                let end = UTF8Text.offset(ofCharacter: length, in: bytes)
                for index in end..<bytes.count where bytes[index] != 32 {
                    throw SQLError(.stringDataRightTruncation, "value too long for type \(type)")
                }
                return 0..<end
            }
        }
        return BoundScalar(parameters: [.varchar], returns: .varchar, canFail: true, kernel: StrictKernel.make(.varchar, body))
    }
}
