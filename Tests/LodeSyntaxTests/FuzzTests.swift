// Random sentences must parse and print; random damage must be reported and nothing worse.
import Glibc
import LodeCore
import Testing

@testable import LodeSyntax

@Suite struct FuzzTests {
    /// How many sentences; LODE_FUZZ raises it.
    static let count = getenv("LODE_FUZZ").flatMap { Int(String(cString: $0)) } ?? 2_000

    static let definition = Result {
        try GrammarReader.read(GrammarFile.embedded, keywords: GrammarFile.embeddedKeywords)
    }

    /// Errors that the grammar cannot know: too many or repeated parts, numbers that are no integers.
    static func isMeaning(_ error: SQLError) -> Bool {
        error.message.contains("given twice") || error.message.contains("both be given")
            || error.message.contains("names without values") || error.state != .syntaxError
    }

    @Test func `sentences of the grammar parse, print and parse again`() throws {
        var maker = SentenceMaker(try Self.definition.get(), seed: 1)
        var failures = 0
        for _ in 0..<Self.count {
            let sql = maker.sentence("statement").joined(separator: " ")
            var printed = ""
            do throws(SQLError) {
                printed = Printer.sql(try Parser.parse(sql)[0].statement)
                let again = Printer.sql(try Parser.parse(printed)[0].statement)
                #expect(again == printed, "\(sql)")
            } catch {
                guard !Self.isMeaning(error) || error.state == .internalError else { continue }
                failures += 1
                if failures <= 10 { Issue.record("\(error)\nof \(sql)\nprinted \(printed)\n") }
            }
        }
        #expect(failures == 0)
    }

    @Test func `damaged sentences fail cleanly`() throws {
        var maker = SentenceMaker(try Self.definition.get(), seed: 2)
        var random = SplitMix(state: 3)
        for _ in 0..<Self.count {
            var words = maker.sentence("statement")
            for _ in 0...Int.random(in: 0..<3, using: &random) { damage(&words, &random) }
            var bytes = Array(words.joined(separator: " ").utf8)
            if Int.random(in: 0..<4, using: &random) == 0, !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            check(bytes)
        }
    }

    private func damage(_ words: inout [String], _ random: inout SplitMix) {
        guard words.count > 1 else { return }
        let index = Int.random(in: words.indices, using: &random)
        let other = Int.random(in: words.indices, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: words.remove(at: index)
        case 1: words.insert(words[other], at: index)
        case 2: words.swapAt(index, other)
        case 3:
            words[index] = ["(", ")", ",", "'", "\"", "--", "/*", "$$", "select", "1.2.3", ".", ":", "[", "}"].randomElement(
                using: &random)!
        default: words.removeLast(words.count - index)
        }
    }

    private func check(_ bytes: [UInt8]) {
        do throws(SQLError) {
            _ = try Parser.parse(bytes)
        } catch {
            #expect(error.state != .internalError, "\(String(decoding: bytes, as: UTF8.self)): \(error)")
            if let span = error.span { #expect(span.start <= span.end && span.end <= bytes.count) }
        }
    }

    @Test func `pieces of any size make the same statements`() throws {
        var maker = SentenceMaker(try Self.definition.get(), seed: 4)
        var random = SplitMix(state: 5)
        for _ in 0..<(Self.count / 20) {
            let script = (0..<5).map { _ in maker.sentence("statement").joined(separator: " ") }.joined(separator: ";\n") + ";"
            let bytes = Array(script.utf8)
            var whole = StatementSplitter()
            let expected = whole.feed(bytes)
            var splitter = StatementSplitter()
            var pieces: [StatementSplitter.Piece] = []
            var index = 0
            while index < bytes.count {
                let end = min(bytes.count, index + Int.random(in: 1...7, using: &random))
                pieces += splitter.feed(bytes[index..<end])
                index = end
            }
            #expect(pieces == expected)
            #expect(pieces.count == 5)
            #expect(splitter.finish() == nil)
        }
    }

    @Test func `completion never fails, wherever the cursor is`() throws {
        var maker = SentenceMaker(try Self.definition.get(), seed: 6)
        for _ in 0..<(Self.count / 100) {
            let sql = maker.sentence("statement").joined(separator: " ")
            for cursor in 0...sql.utf8.count { _ = Completion.candidates(sql, cursor: cursor) }
        }
    }
}
