// Whole conversations, as text: Tests/Conversations/*.txt.

import Foundation
import LodeCore
import LodeEngine
import LodeVectors
import Testing

@testable import LodeServer

/// Each file is what a client says (`>`) and what the server answers (`<`), in that order; `#` begins a comment. A file is one session in
/// an empty warehouse. LODE_REWRITE=1 writes down what is answered now.
@Suite struct ConversationTests {
    private static let folder =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Conversations")

    static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []
        return files.filter { $0.hasSuffix(".txt") }.sorted()
    }

    @Test func `the conversations are there`() { #expect(Self.names.count >= 8) }

    @Test(arguments: names) func `the server answers as it is written`(name: String) throws {
        let url = Self.folder.appending(path: name)
        let written = try String(contentsOf: url, encoding: .utf8)
        let warehouse = FileManager.default.temporaryDirectory.appending(path: "lode-conversation-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: warehouse) }
        let script = try ConversationScript(written, warehouse: warehouse.path(percentEncoded: false))
        let happened = try script.run()
        if ProcessInfo.processInfo.environment["LODE_REWRITE"] != nil {
            try happened.write(to: url, atomically: true, encoding: .utf8)
        }
        #expect(happened == written)
    }
}

/// Plays the client's side of a conversation. A statement reads on in it while the test waits for the statement.
private final class ConversationScript: CopyInput, @unchecked Sendable {
    private final class Transport: MessageTransport {
        private let held = Lock<[UInt8]>([])
        func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) { held.withLock { $0 += Array(bytes) } }
        func hasRoom(_ wake: @escaping @Sendable () -> Void) -> Bool { true }
        func take() -> [UInt8] {
            held.withLock { bytes in
                defer { bytes = [] }
                return bytes
            }
        }
    }

    private var lines: [String]
    private var log: [String] = []
    private let transport = Transport()
    private let session: Session
    private var client: ClientSession?

    init(_ text: String, warehouse: String) throws {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        session = Session(engine: Engine(warehouse: warehouse))
    }

    func run() throws -> String {
        let client = ClientSession(session, output: try MessageOutput(transport), input: self)
        self.client = client
        let woken = Semaphore()
        while let message = next() {
            if try !client.handle(type: message.type, body: message.body) {
                answer()
                log.append("< (closed)")
            }
            while try !client.advance({ woken.signal() }) { woken.wait() }
        }
        answer()
        return log.joined(separator: "\n") + "\n"
    }

    func poll() -> CopyMessage { next().map { .message(type: $0.type, body: $0.body) } ?? .gone }

    private func next() -> (type: UInt8, body: [UInt8])? {
        while !lines.isEmpty {
            let line = lines.removeFirst()
            if line.hasPrefix("<") { continue }
            answer()
            log.append(line)
            if line.hasPrefix("> ") { return ClientLine.message(String(line.dropFirst(2))) }
        }
        return nil
    }

    private func answer() {
        try? client?.output.flush()
        log += ServerLines.texts(of: transport.take())
    }
}
