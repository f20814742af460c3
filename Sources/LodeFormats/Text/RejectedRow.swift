/// Rows of text files that could not be read, for whoever wants to keep them.

import LodeCore

/// One row that `ignore_errors` or `rejects_table` left out, and why.
package struct RejectedRow: Sendable {
    package var file: String
    /// From 1, as an editor counts.
    package var line: Int
    /// Of the row's first byte, in the (decompressed) text.
    package var byteOffset: Int
    /// The column that is to blame, nil if it is the row as a whole.
    package var column: String?
    /// The SQLSTATE that the error would have had.
    package var state: String
    package var message: String
    /// The row as written in the file, cut short after some thousand bytes.
    package var text: String

    package init(file: String, line: Int, byteOffset: Int, column: String?, state: String, message: String, text: String) {
        self.file = file
        self.line = line
        self.byteOffset = byteOffset
        self.column = column
        self.state = state
        self.message = message
        self.text = text
    }
}

/// Takes rejected rows from all workers of a scan, in any order.
package protocol RejectSink: AnyObject, Sendable {
    func reject(_ row: RejectedRow) throws(SQLError)
}
