/// Writing one object from front to back.

import LodeCore

/// An object that is being written. Used by one thread at a time; dropping it unfinished aborts it.
package protocol ObjectWriter: AnyObject {
    var path: String { get }
    /// Bytes written so far.
    var position: Int { get }

    /// Appends bytes. After an error only `abort()` makes sense.
    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError)

    /// Makes the bytes durable, so that little can go wrong in `finish()`. Nothing may be written after it.
    func seal() throws(SQLError)

    /// Makes what was written so far visible under the path, where the store can do that before the end; more may follow.
    func show() throws(SQLError)

    /// Makes the object durable and visible under its path, whole.
    func finish() throws(SQLError)

    /// Begins what `finish()` does, which then waits for the end; or does it, where that takes no time worth sparing.
    /// - Returns: whether `finish()` is still to be called.
    func beginFinish() throws(SQLError) -> Bool

    /// Removes what was written. Nothing under the path changes.
    func abort()
}

extension ObjectWriter {
    package func seal() throws(SQLError) {}
    package func show() throws(SQLError) {}

    package func beginFinish() throws(SQLError) -> Bool {
        try finish()
        return false
    }

    package func write(_ bytes: [UInt8]) throws(SQLError) {
        var failure: SQLError?
        bytes.withUnsafeBytes { buffer in
            do throws(SQLError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    package func write(_ text: String) throws(SQLError) {
        var text = text
        var failure: SQLError?
        text.withUTF8 { buffer in
            do throws(SQLError) { try write(UnsafeRawBufferPointer(buffer)) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
