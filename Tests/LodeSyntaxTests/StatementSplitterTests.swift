// Where statements end in a stream.
import Testing

@testable import LodeSyntax

@Suite struct StatementSplitterTests {
    private func texts(_ sql: String) -> [String] {
        var splitter = StatementSplitter()
        var pieces = splitter.feed(sql)
        if let last = splitter.finish() { pieces.append(last) }
        return pieces.map { String(decoding: $0.text, as: UTF8.self) }
    }

    @Test func `semicolons end statements and empty ones are dropped`() {
        #expect(texts("select 1;;  ; select 2 ; select 3") == ["select 1", "select 2 ", "select 3"])
    }

    @Test(arguments: ["'a;b'", "\"a;b\"", "E'a\\';b'", "$$a;b$$", "$x$a;$$;b$x$", "/* a; /* b; */ c; */ 1", "'it'';s'", "1 -- a; b\n"])
    func `semicolons in strings, names and comments end nothing`(inner: String) {
        #expect(texts("select \(inner);select 2").count == 2)
    }

    @Test func `a word that ends in e does not escape`() {
        #expect(texts("select name'a\\'; select 2") == ["select name'a\\'", "select 2"])
    }

    @Test func `offsets and lines are those of the first token`() {
        var splitter = StatementSplitter()
        let pieces = splitter.feed("-- one\n\n  select 1;\nselect\n2;")
        #expect(pieces.map(\.line) == [3, 4])
        #expect(pieces.map(\.offset) == [10, 20])
    }

    @Test(arguments: [
        ("", StatementSplitter.State.idle), ("  -- x\n", .idle), ("select 1", .statement), ("select 'a", .string),
        ("select \"a", .quotedName),
        ("select $$a", .dollarQuote), ("select /* a", .blockComment), ("select 1;", .idle), ("select 'a';", .idle),
    ]) func `the prompt knows what the text is inside of`(sql: String, state: StatementSplitter.State) {
        var splitter = StatementSplitter()
        _ = splitter.feed(sql)
        #expect(splitter.state == state)
    }

    @Test func `reset forgets an unfinished statement`() {
        var splitter = StatementSplitter()
        _ = splitter.feed("select 'a")
        splitter.reset()
        #expect(splitter.feed("select 1;").count == 1)
    }
}
