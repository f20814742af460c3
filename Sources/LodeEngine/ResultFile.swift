/// A file that results go to in place of a terminal: `\o`.

import LodeCore
import LodeObjectStore

/// Written out of sight until the first results are complete; from then on, everything that is written is there at once. So the old file
/// stays until there is something to replace it, and others can follow the new one.
package final class ResultFile {
    private let writer: any ObjectWriter
    private var isShown = false

    /// Starts a file of results. Pipes and devices are written where they stand.
    package init(path: String) throws(SQLError) { writer = try StoreRegistry().createWriter(path) }

    package func write(_ bytes: [UInt8]) throws(SQLError) { try writer.write(bytes) }
    /// Makes what was written so far readable.
    package func show() throws(SQLError) {
        try writer.show()
        isShown = true
    }

    /// The end. A file that was never shown is dropped, and what stood there stays.
    package func close() throws(SQLError) { isShown ? try writer.finish() : writer.abort() }
}
