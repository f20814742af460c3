/// COPY between tables and the client itself: what the engine wants from the other end.

import LodeCore
import LodeVectors

/// A client that has rows for COPY FROM STDIN. Belongs to its session.
package protocol CopySource: AnyObject {
    /// Reads a string as a value of a type.
    typealias ValueReader = @Sendable (String, SQLType) throws(SQLError) -> Value

    /// Tells the client that rows of these columns are wanted. `element` reads what stands in arrays.
    func begin(_ format: CopyFormat, _ columns: [Field], _ element: @escaping ValueReader) throws(SQLError) -> any CopyRows
}

/// The rows of one COPY FROM STDIN, as the client sends them. Read by one worker after another.
package protocol CopyRows: AnyObject, Sendable {
    /// The next rows; never waits.
    /// - Throws: `22P04` for data that is not of the format, `57014` if the client gives up.
    func next() throws(SQLError) -> CopyArrival
}

package enum CopyArrival: Sendable {
    /// Columns of text, which the engine reads, or of the right type. `lines` tells where each row begins in what was sent, from 1.
    case rows(Chunk, lines: [Int])
    case waiting(Wait)
    case end
}

/// How rows of a COPY are written.
///
/// - Source: PostgreSQL, "COPY".
package struct CopyFormat: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case text, csv, binary
    }

    package enum Header: Sendable {
        case none, present
        /// Names that must be those of the columns.
        case match
    }

    package var kind: Kind
    package var delimiter: UInt8
    package var null: String
    package var quote = UInt8(ascii: "\"")
    package var escape = UInt8(ascii: "\"")
    package var header = Header.none
    /// By column: whether its values are always in quotes; whether text is never NULL; whether quoted text may be.
    package var forcesQuote: [Bool] = []
    package var forcesNotNull: [Bool] = []
    package var forcesNull: [Bool] = []

    package init(_ kind: Kind) {
        self.kind = kind
        delimiter = kind == .csv ? UInt8(ascii: ",") : UInt8(ascii: "\t")
        null = kind == .csv ? "" : "\\N"
    }
}
