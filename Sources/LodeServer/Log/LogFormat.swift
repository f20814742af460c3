/// Log lines: one event a line, as text or as JSON.

@preconcurrency import Glibc
import LodeCore
import LodeVectors
import Logging

package enum LogFormat: String, CaseIterable, Sendable {
    /// `2026-11-28T12:00:00.123Z INFO connected user=ana client=127.0.0.1`.
    case text
    /// `{"time":"2026-11-28T12:00:00.123Z","level":"info","message":"connected","user":"ana"}`.
    case json

    /// A writer that tells in this format of lines it dropped.
    package func writer(_ descriptor: Int32, queueBytes: Int = 1 << 20) -> LogWriter {
        LogWriter(descriptor, queueBytes: queueBytes) { count in
            self.line("log lines dropped", .warning, [("lines", String(count))], at: WallClock.micros())
        }
    }

    /// A logger whose lines go to `writer`.
    package func logger(_ label: String, level: Logger.Level, to writer: LogWriter) -> Logger {
        var logger = Logger(label: label) { _ in LineLogHandler(format: self, write: writer.write) }
        logger.logLevel = level
        return logger
    }

    func line(_ message: String, _ level: Logger.Level, _ facts: [(key: String, value: String)], at micros: Int64) -> String {
        let time = Self.time(micros)
        switch self {
        case .text:
            let head = "\(time) \(level.rawValue.uppercased()) \(message)"
            return facts.reduce(head) { "\($0) \($1.key)=\(Self.quotedIfNeeded($1.value))" }
        case .json:
            let all = [("time", time), ("level", level.rawValue), ("message", message)] + facts.map { ($0.key, $0.value) }
            return "{" + all.map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }.joined(separator: ",") + "}"
        }
    }

    private static func quotedIfNeeded(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
        return isPlain ? text : quoted(text)
    }

    /// As a string of JSON: control characters cannot begin a line of their own.
    private static func quoted(_ text: String) -> String {
        guard let sink = try? ByteSink(), (try? ValueJSON.appendString(text, to: sink)) != nil else { return "\"\"" }
        return sink.string
    }

    private static func time(_ micros: Int64) -> String {
        var seconds = time_t(micros / 1_000_000), parts = tm()
        gmtime_r(&seconds, &parts)
        let numbers = [
            Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec),
        ]
        let texts = numbers.map { ($0 < 10 ? "0" : "") + String($0) }, thousandths = String(1000 + micros / 1000 % 1000).dropFirst()
        return "\(texts[0])-\(texts[1])-\(texts[2])T\(texts[3]):\(texts[4]):\(texts[5]).\(thousandths)Z"
    }
}

/// What `Logger` hands its events to.
struct LineLogHandler: LogHandler {
    let format: LogFormat
    let write: @Sendable (String) -> Void
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.info

    init(format: LogFormat, write: @escaping @Sendable (String) -> Void) {
        self.format = format
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let facts = all.sorted { $0.key < $1.key }.map { (key: $0.key, value: "\($0.value)") }
        write(format.line("\(event.message)", event.level, facts, at: WallClock.micros()))
    }
}
