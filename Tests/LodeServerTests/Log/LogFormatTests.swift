// Log lines.

import Testing

@testable import LodeServer

@Suite struct LogFormatTests {
    private let facts = [(key: "user", value: "ana b"), (key: "port", value: "1"), (key: "note", value: "a\n\"b\"\u{1b}[2J")]

    @Test func `text has the facts behind the message, quoted where they need it`() {
        #expect(
            LogFormat.text.line("connected", .info, facts, at: 1_795_867_200_123_456)
                == "2026-11-28T12:00:00.123Z INFO connected user=\"ana b\" port=1 note=\"a\\n\\\"b\\\"\\u001b[2J\"")
    }

    @Test func `JSON is one object a line`() {
        #expect(
            LogFormat.json.line("connected", .warning, Array(facts.dropLast()), at: 0)
                == #"{"time":"1970-01-01T00:00:00.000Z","level":"warning","message":"connected","user":"ana b","port":"1"}"#)
    }
}
