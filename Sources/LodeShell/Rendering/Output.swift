/// Where results go: standard output, or a file that `\o` named.

@preconcurrency import Glibc
import LodeCore
import LodeVectors

/// A buffered stream of bytes. Errors of the stream (a closed pipe) surface as SQL errors.
package final class Output {
    private var file: UnsafeMutablePointer<FILE>
    private let isOwned: Bool
    package let isTerminal: Bool

    /// Standard output.
    package init() {
        file = stdout
        isOwned = false
        isTerminal = isatty(STDOUT_FILENO) == 1
    }

    /// - Throws: `58030` if the file can't be written.
    package init(path: String) throws(SQLError) {
        guard let opened = fopen(path, "w") else {
            throw SQLError(.ioError, "could not open \"\(path)\" for writing: \(String(cString: strerror(errno)))")
        }
        file = opened
        isOwned = true
        isTerminal = false
    }

    deinit { if isOwned { fclose(file) } }

    package func write(_ text: String) throws(SQLError) {
        var copy = text
        let written = copy.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
        if !written { throw Self.closed() }
    }

    package func write(_ sink: ByteSink) throws(SQLError) {
        let bytes = sink.bytes
        if bytes.count > 0, fwrite(bytes.baseAddress, 1, bytes.count, file) != bytes.count { throw Self.closed() }
    }

    package func flush() { fflush(file) }

    private static func closed() -> SQLError { SQLError(.ioError, "the output was closed") }

    /// Columns and rows of the terminal; nil if it is none.
    package static func terminalSize() -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

/// Messages to people: everything that is no result goes to standard error.
package enum Messages {
    package static func write(_ text: String) {
        fflush(stdout)
        fputs(text + "\n", stderr)
    }
}
