// The log's thread and queue, at pipes that are full.

@preconcurrency import Glibc
import LodeCore
import Testing

@testable import LodeServer

/// A pipe that is full until somebody reads it. It stays open: a thread may wait for it to the end of the process.
struct FullPipe {
    let reading, writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        (reading, writing) = (ends[0], ends[1])
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        let block = [UInt8](repeating: 0, count: 4096)
        while write(writing, block, block.count) > 0 {}
        _ = fcntl(writing, F_SETFL, 0)
    }

    /// What comes out behind what it was filled with, up to the line that `isLast` holds for.
    func lines(upTo isLast: (Substring) -> Bool) -> [Substring] {
        var bytes: [UInt8] = [], block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let lines = String(decoding: bytes.drop { $0 == 0 }, as: UTF8.self).split(separator: "\n")
            if bytes.last == UInt8(ascii: "\n"), let last = lines.last, isLast(last) { return lines }
            let count = read(reading, &block, block.count)
            guard count > 0 else { return lines }
            bytes += block[..<count]
        }
    }
}

@Suite struct LogWriterTests {
    @Test func `lines are written in their order`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let writer = LogFormat.text.writer(ends[1])
        for number in 0..<100 { writer.write("line \(number)") }
        #expect(writer.flush(within: 10_000_000_000))
        var block = [UInt8](repeating: 0, count: 65_536)
        let count = read(ends[0], &block, block.count)
        #expect(String(decoding: block[..<max(0, count)], as: UTF8.self) == (0..<100).map { "line \($0)\n" }.joined())
    }

    @Test func `a full pipe costs lines, which are counted, and nobody waits`() throws {
        let pipe = try FullPipe(), total = 1000
        let writer = LogWriter(pipe.writing, queueBytes: 1000) { "dropped \($0)" }
        for number in 0..<total { writer.write("line \(number)") }
        #expect(!writer.flush(within: 20_000_000))
        // The queue may have been taken once while it ran over: each time one line says how many were dropped.
        var written = 0, dropped = 0
        while written + dropped < total {
            let lines = pipe.lines { _ in true }
            let counts = lines.compactMap { Int($0.dropFirst("dropped ".count)) }
            if lines.isEmpty { break }
            written += lines.count - counts.count
            dropped += counts.reduce(0, +)
        }
        #expect(written + dropped == total && dropped > 0)
        #expect(writer.flush(within: 10_000_000_000))
        writer.write("afterwards")
        #expect(pipe.lines { $0 == "afterwards" }.count > 0)
    }

    @Test func `a line that no queue can hold is counted`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let writer = LogFormat.json.writer(ends[1], queueBytes: 10)
        writer.write("more than ten bytes")
        var block = [UInt8](repeating: 0, count: 1000)
        let count = read(ends[0], &block, block.count), text = String(decoding: block[..<max(0, count)], as: UTF8.self)
        #expect(text.contains("\"message\":\"log lines dropped\",\"lines\":\"1\""))
    }
}
