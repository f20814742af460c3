/// Where results go: standard output, or a file that `\o` named.

@preconcurrency import Glibc
import LodeCore
import LodeEngine
import LodeVectors

/// A buffered stream of bytes. Errors of the stream (a full disk, a closed pipe) surface as SQL errors.
package final class Output {
    private enum Target {
        case standardOutput
        case file(ResultFile)
    }

    private let target: Target
    package let isTerminal: Bool
    private var buffer: [UInt8] = []
    private static let bufferBytes = 1 << 16

    /// Standard output.
    package init() {
        target = .standardOutput
        isTerminal = isatty(STDOUT_FILENO) == 1
    }

    /// A file, which is replaced when the first statement's results are complete.
    package init(_ file: ResultFile) {
        target = .file(file)
        isTerminal = false
    }

    package func write(_ text: String) throws(SQLError) {
        // What data holds must not command a terminal.
        buffer.append(contentsOf: (isTerminal ? ControlCharacters.visible(text, keepsLines: true) : text).utf8)
        if buffer.count >= Self.bufferBytes { try drain() }
    }

    package func write(_ sink: ByteSink) throws(SQLError) {
        if isTerminal { return try write(sink.string) }
        buffer.append(contentsOf: sink.bytes)
        if buffer.count >= Self.bufferBytes { try drain() }
    }

    package func write(bytes: [UInt8]) throws(SQLError) {
        if isTerminal { return try write(String(decoding: bytes, as: UTF8.self)) }
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferBytes { try drain() }
    }

    /// Hands on everything, so that it can be read by others.
    package func flush() throws(SQLError) {
        try drain()
        if case .file(let file) = target { try file.show() }
    }

    /// The end of a file.
    package func close() throws(SQLError) {
        try drain()
        if case .file(let file) = target { try file.close() }
    }

    /// Writes what is held back, without showing a file that is not shown yet.
    package func drain() throws(SQLError) {
        if buffer.isEmpty { return }
        defer { buffer.removeAll(keepingCapacity: true) }
        switch target {
        case .file(let file): try file.write(buffer)
        case .standardOutput:
            var done = 0
            while done < buffer.count {
                let count = buffer.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress.map { $0 + done }, $0.count - done) }
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw Self.failure(errno) }
                done += count
            }
        }
    }

    private static func failure(_ code: Int32) -> SQLError {
        switch code {
        case EPIPE: SQLError(.ioError, "the output was closed")
        case ENOSPC, EDQUOT: SQLError(.diskFull, "could not write to the output: the disk is full")
        default: SQLError(.ioError, "could not write to the output: \(String(cString: strerror(code)).lowercased())")
        }
    }

    /// Columns and rows of the terminal; nil if it is none.
    package static func terminalSize() -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

/// Messages to people: everything that is no result goes to standard error.
package enum Messages {
    package static func write(_ text: String) { fputs(visible(text) + "\n", stderr) }

    /// A message as it may be shown: nothing in it steers a terminal.
    package static func visible(_ text: String) -> String { ControlCharacters.visible(text, keepsLines: true) }
}
