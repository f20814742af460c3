/// Standard input, line by line.

import Glibc

/// Lines with their ends, as soon as they arrive. A line of more than a mebibyte comes in parts.
struct InputLines {
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    private static let readBytes = 1 << 16
    private static let maxBytes = 1 << 20

    /// The next line; nil at the end of the input.
    mutating func next() -> ArraySlice<UInt8>? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 10) { return take(to: end + 1) }
            searched = buffer.count
            if isAtEnd || buffer.count - start >= Self.maxBytes { return start < buffer.count ? take(to: buffer.count) : nil }
            buffer.removeFirst(start)
            searched -= start
            start = 0
            fill()
        }
    }

    private mutating func take(to end: Int) -> ArraySlice<UInt8> {
        defer { start = end }
        return buffer[start..<end]
    }

    private mutating func fill() {
        var chunk = [UInt8](repeating: 0, count: Self.readBytes)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { isAtEnd = true } else { buffer.append(contentsOf: chunk[..<count]) }
            return
        }
    }
}
