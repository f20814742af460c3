/// COPY between tables and the client itself: what the engine wants from the other end.

import LodeCore
import LodeVectors

/// A client that takes rows of COPY TO STDOUT, and has those of COPY FROM STDIN.
package protocol CopyClient: ResultSink {
    /// Rows follow, by `rows`; `endCopyOut` after the last.
    func beginCopyOut(_ format: CopyFormat, _ columns: [Field]) throws(SQLError)
    func endCopyOut() throws(SQLError)
    /// The rows of these columns are wanted, by `nextCopyRows`.
    func beginCopyIn(_ format: CopyFormat, _ columns: [Field]) throws(SQLError)
    /// The next rows; nil at the end.
    /// - Throws: `22P04` for data that is not of the format, `57014` if the client gives up.
    func nextCopyRows() throws(SQLError) -> Chunk?
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
