/// Standard input, line by line.

import Glibc

/// Lines with their ends, as soon as they arrive. A line of more than a mebibyte comes in parts.
package final class InputLines {
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// Whether the end of COPY's data was read behind the last of it.
    private var endsData = false
    private static let readBytes = 1 << 16
    private static let maxBytes = 1 << 20

    package init() {}

    /// The next line; nil at the end of the input.
    func next() -> ArraySlice<UInt8>? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 10) { return take(to: end + 1) }
            searched = buffer.count
            if isAtEnd || buffer.count - start >= Self.maxBytes {
                // At a terminal there may be more after an end.
                isAtEnd = false
                return start < buffer.count ? take(to: buffer.count) : nil
            }
            buffer.removeFirst(start)
            searched -= start
            start = 0
            fill()
        }
    }

    private func take(to end: Int) -> ArraySlice<UInt8> {
        defer { start = end }
        return buffer[start..<end]
    }

    /// Data of COPY FROM STDIN, up to a line that is `\\.` or the end of the input: some lines at a time.
    func data() -> [UInt8]? {
        if endsData {
            endsData = false
            return nil
        }
        var data: [UInt8] = []
        while data.count < Self.readBytes {
            guard let line = next(), !line.elementsEqual([92, 46, 10]), !line.elementsEqual([92, 46, 13, 10]), !line.elementsEqual([92, 46])
            else {
                endsData = !data.isEmpty
                break
            }
            data.append(contentsOf: line)
        }
        return data.isEmpty ? nil : data
    }

    private func fill() {
        var chunk = [UInt8](repeating: 0, count: Self.readBytes)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { isAtEnd = true } else { buffer.append(contentsOf: chunk[..<count]) }
            return
        }
    }
}
