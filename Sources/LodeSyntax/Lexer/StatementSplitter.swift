/// Cuts a stream of SQL text into statements as their semicolons arrive.
import LodeCore

/// Knows strings, quoted names, dollar quotes and comments, and nothing else: a statement ends at the first semicolon
/// outside of them. State is kept between calls, so text may come in lines or in pieces of any size.
package struct StatementSplitter: Sendable {
    /// What the text so far is inside of; the shell's prompt shows it.
    package enum State: Equatable, Sendable {
        /// Between statements: nothing but blanks and comments since the last semicolon.
        case idle
        /// Inside a statement.
        case statement
        case string
        case quotedName
        case dollarQuote
        case blockComment
    }

    /// One statement without its semicolon.
    package struct Piece: Equatable, Sendable {
        package var text: [UInt8]
        /// Where it begins: bytes since the start of the stream.
        package var offset: Int
        /// The line, from 1, in which its first token stands.
        package var line: Int
    }

    private enum Mode {
        case plain
        case string(escapes: Bool)
        case quotedName
        case dollar(tag: [UInt8])
        case lineComment
        case blockComment(depth: Int)
    }

    private var mode = Mode.plain
    private var buffer: [UInt8] = []
    /// The first byte of the buffer that has not been looked at.
    private var next = 0
    /// The first byte of the first token, if there is one.
    private var begin: Int?
    private var beginLine = 1
    private var line = 1
    private var bufferOffset = 0

    package init() {}

    package var state: State {
        switch mode {
        case .string: .string
        case .quotedName: .quotedName
        case .dollar: .dollarQuote
        case .blockComment: .blockComment
        case .plain, .lineComment: begin == nil ? .idle : .statement
        }
    }

    /// Takes more text and returns the statements that are now complete.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [Piece] {
        buffer.append(contentsOf: bytes)
        return scan(isLast: false)
    }

    package mutating func feed(_ text: String) -> [Piece] { feed(text.utf8) }

    /// The end of the text: what is left is the last statement, complete or not.
    package mutating func finish() -> Piece? {
        _ = scan(isLast: true)
        let piece = begin.map { Piece(text: Array(buffer[$0...]), offset: bufferOffset + $0, line: beginLine) }
        self = StatementSplitter()
        return piece
    }

    /// Forgets what has come since the last semicolon: Ctrl-C in the shell.
    package mutating func reset() { self = StatementSplitter() }

    private mutating func scan(isLast: Bool) -> [Piece] {
        var pieces: [Piece] = []
        var done = 0
        while next < buffer.count {
            let byte = buffer[next]
            // Two bytes decide what some signs are: the second may not have come yet.
            if !isLast, next + 1 == buffer.count, needsMore(byte) { break }
            if byte == 10 { line += 1 }
            if case .plain = mode, byte == UInt8(ascii: ";") {
                if let begin {
                    pieces.append(Piece(text: Array(buffer[begin..<next]), offset: bufferOffset + begin, line: beginLine))
                }
                begin = nil
                next += 1
                done = next
                continue
            }
            if !step(byte, isLast: isLast) { break }
        }
        drop(done)
        return pieces
    }

    /// Gives back the memory of finished statements.
    private mutating func drop(_ done: Int) {
        guard done > 0 else { return }
        buffer.removeFirst(done)
        next -= done
        bufferOffset += done
        if let start = begin { begin = start - done }
    }

    private func needsMore(_ byte: UInt8) -> Bool {
        switch mode {
        case .plain: byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/") || byte | 32 == UInt8(ascii: "e")
        case .blockComment: byte == UInt8(ascii: "*") || byte == UInt8(ascii: "/")
        case .string: byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\")
        default: false
        }
    }

    private func peek(_ distance: Int) -> UInt8 { next + distance < buffer.count ? buffer[next + distance] : 0 }

    /// Looks at one byte; false if more text is needed first.
    private mutating func step(_ byte: UInt8, isLast: Bool) -> Bool {
        switch mode {
        case .plain: return stepPlain(byte, isLast: isLast)
        case .string(let escapes):
            next += 1
            if byte == UInt8(ascii: "\\"), escapes {
                if peek(0) == 10 { line += 1 }
                next = min(next + 1, buffer.count)
            } else if byte == UInt8(ascii: "'") {
                if peek(0) == byte { next += 1 } else { mode = .plain }
            }
        case .quotedName:
            next += 1
            if byte == UInt8(ascii: "\"") { mode = .plain }
        case .dollar(let tag):
            guard byte == UInt8(ascii: "$") else {
                next += 1
                return true
            }
            guard next + tag.count <= buffer.count || isLast else { return false }
            let closes = next + tag.count <= buffer.count && buffer[next..<(next + tag.count)].elementsEqual(tag)
            next += closes ? tag.count : 1
            if closes { mode = .plain }
        case .lineComment:
            next += 1
            if byte == 10 { mode = .plain }
        case .blockComment(let depth):
            stepComment(byte, depth)
        }
        return true
    }

    private mutating func stepComment(_ byte: UInt8, _ depth: Int) {
        if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
            mode = .blockComment(depth: depth + 1)
            next += 2
        } else if byte == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
            mode = depth == 1 ? .plain : .blockComment(depth: depth - 1)
            next += 2
        } else {
            next += 1
        }
    }

    private mutating func stepPlain(_ byte: UInt8, isLast: Bool) -> Bool {
        if CharacterKind.table[Int(byte)] == .blank {
            next += 1
            return true
        }
        if byte == UInt8(ascii: "-"), peek(1) == byte {
            mode = .lineComment
            next += 2
            return true
        }
        if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
            mode = .blockComment(depth: 1)
            next += 2
            return true
        }
        if byte == UInt8(ascii: "$") {
            if let end = Lexer.dollarTag(buffer, next), peek(1) &- 48 >= 10 {
                start()
                mode = .dollar(tag: Array(buffer[next..<end]))
                next = end
                return true
            }
            // A tag may be cut by the end of the piece.
            if !isLast, buffer[(next + 1)...].allSatisfy({ CharacterKind.continuesWord($0) }) { return false }
        }
        start()
        switch byte {
        case UInt8(ascii: "'"): mode = .string(escapes: false)
        case UInt8(ascii: "\""): mode = .quotedName
        default:
            if CharacterKind.continuesWord(byte) { return stepWord(byte, isLast: isLast) }
        }
        next += 1
        return true
    }

    /// Goes past a word at once, so that the E of `E'…'` is told from the end of a longer word.
    private mutating func stepWord(_ byte: UInt8, isLast: Bool) -> Bool {
        var end = next + 1
        while end < buffer.count, CharacterKind.continuesWord(buffer[end]) { end += 1 }
        if end == buffer.count, !isLast { return false }
        if end == next + 1, byte | 32 == UInt8(ascii: "e"), end < buffer.count, buffer[end] == UInt8(ascii: "'") {
            mode = .string(escapes: true)
            end += 1
        }
        next = end
        return true
    }

    private mutating func start() {
        guard begin == nil else { return }
        begin = next
        beginLine = line
    }
}
