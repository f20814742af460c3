// The wire protocol: messages of clients, their proofs, and the data of COPY.

import LodeCore
import LodeEngine
import LodeVectors

@testable import LodeServer

extension FuzzTargets {
    /// Bytes of a connection: cut into messages alike, however they arrive, and taken apart.
    static let messages = FuzzTarget(name: "messages") { input in
        var input = FuzzInput(input)
        let choice = input.byte(), piece = max(1, input.byte())
        let phase: MessageFramer.Phase = choice & 3 == 0 ? .startup : choice & 3 == 1 ? .authentication : .ready
        let bytes = [UInt8](input.rest)
        let whole = frames(bytes, piece: bytes.count + 1, phase), pieces = frames(bytes, piece: piece, phase)
        try require(whole == pieces, "pieces of any size make the same messages")
        for frame in whole.frames {
            switch frame {
            case .startup(let body):
                _ = try? StartupMessage(body)
                var conversation = StartupConversation(tls: .prefer)
                _ = conversation.receive(body)
            case .message(let type, let body):
                _ = try? FrontendMessage(type: type, body: body)
                var conversation = QueryConversation()
                _ = conversation.receive(type: type, body: body)
            }
        }
    }

    private struct Cut: Equatable {
        var frames: [MessageFramer.Frame] = []
        var code: String?
    }

    private static func frames(_ bytes: [UInt8], piece: Int, _ phase: MessageFramer.Phase) -> Cut {
        var framer = MessageFramer(), cut = Cut(), start = 0
        framer.phase = phase
        while start < bytes.count {
            framer.append(bytes[start..<min(start + piece, bytes.count)])
            start += piece
            do throws(SQLError) {
                while let frame = try framer.next() { cut.frames.append(frame) }
            } catch {
                cut.code = error.state.rawValue
                return cut
            }
        }
        return cut
    }

    /// Both messages of a SCRAM client. No input of a fuzzer is a proof.
    static let scram = FuzzTarget(name: "scram") { input in
        var input = FuzzInput(input)
        let choice = input.byte(), cut = input.byte()
        let bytes = [UInt8](input.rest)
        let verifier = ScramVerifier(
            iterations: 4096, salt: [1, 2, 3], storedKey: Array(repeating: 7, count: 32), serverKey: Array(repeating: 9, count: 32))
        var exchange = ScramExchange(
            verifier: choice & 1 == 0 ? verifier : nil, mockSalt: [4], serverNonce: "abc", certificateHash: choice & 2 == 0 ? nil : [5, 6])
        let first = choice & 8 == 0 ? Array("n,,n=u,r=ab".utf8) : Array(bytes.prefix(cut))
        _ = try? exchange.begin(mechanism: choice & 4 == 0 ? ScramExchange.plain : ScramExchange.bound, first)
        let proven = try? exchange.finish(choice & 8 == 0 ? bytes : Array(bytes.dropFirst(cut)))
        try require(proven.flatMap { $0 } == nil, "nobody gets in without the password")
        _ = ScramVerifier(String(decoding: bytes, as: UTF8.self))
        if let decoded = Base64.decode(bytes) {
            try require(Base64.decode(Base64.encode(decoded).utf8) == decoded, "base64 reads back what it writes")
        }
    }

    /// Rows of COPY FROM STDIN: cut alike, however they arrive.
    static let copyRows = FuzzTarget(name: "copy") { input in
        var input = FuzzInput(input)
        let choice = input.byte(), piece = max(1, input.byte())
        var format = CopyFormat(choice & 3 == 0 ? .binary : choice & 3 == 1 ? .csv : .text)
        if choice & 4 != 0 { format.delimiter = UInt8(ascii: ";") }
        if choice & 8 != 0, format.kind == .csv { format.escape = UInt8(ascii: "\\") }
        if choice & 16 != 0 { format.header = .present }
        let columns = (0...(choice >> 5 & 3)).map { Field("c\($0)", .varchar) }
        let bytes = [UInt8](input.rest)
        let whole = rows(bytes, piece: bytes.count + 1, format, columns), pieces = rows(bytes, piece: piece, format, columns)
        try require(whole == pieces, "pieces of any size make the same rows")
        try require(whole.rows.allSatisfy { $0.count == columns.count }, "a row has a field a column")
    }

    private struct Rows: Equatable {
        var rows: [[[UInt8]?]] = []
        var code: String?
    }

    private static func rows(_ bytes: [UInt8], piece: Int, _ format: CopyFormat, _ columns: [Field]) -> Rows {
        var reader = format.reader(columns: columns), rows = Rows(), start = 0
        do throws(SQLError) {
            while start < bytes.count {
                reader.append(Array(bytes[start..<min(start + piece, bytes.count)]))
                start += piece
                while let row = try reader.next() { rows.rows.append(row) }
            }
            reader.close()
            while let row = try reader.next() { rows.rows.append(row) }
        } catch {
            rows.code = error.state.rawValue
        }
        return rows
    }

    /// Texts that go out by COPY and come back are the same.
    static let copyTexts = FuzzTarget(name: "copytexts") { input in
        var input = FuzzInput(input)
        let choice = input.byte()
        let parts = [UInt8](input.rest).split(separator: 0, maxSplits: 8, omittingEmptySubsequences: false)
        let texts = parts.map { String(decoding: $0, as: UTF8.self) }
        let format = CopyFormat(choice & 1 == 0 ? .text : .csv)
        let values = texts.enumerated().map { choice >> 1 & 7 == $0 ? Value.null : .text($1) }
        let fields = texts.indices.map { Field("c\($0)", .varchar) }
        let chunk = Chunk(columns: try values.map { (value) throws(SQLError) in try Column.make(.varchar, [value]) }, count: 1)
        let sink = try ByteSink()
        try RowEncoder(chunk, .copy(CopyEncoder(format, fields, .plain)), .plain).write(to: sink, limit: .max)
        let back = rows([UInt8](sink.bytes.dropFirst(5)), piece: Int.max / 2, format, fields)
        let wanted: [[UInt8]?] = values.map { if case .text(let text) = $0 { Array(text.utf8) } else { nil } }
        try require(back.rows == [wanted], "a row reads back as it was written")
    }

    /// Values of parameters in binary, and arrays as text.
    static let parameters = FuzzTarget(name: "parameters") { input in
        var input = FuzzInput(input)
        let ids: [UInt32] = [
            16, 17, 18, 20, 21, 23, 25, 26, 114, 700, 701, 1007, 1009, 1043, 1082, 1083, 1114, 1184, 1186, 1231, 1700, 2950, 3802,
        ]
        let id = ids[input.byte() % ids.count]
        let bytes = [UInt8](input.rest)
        if let type = WireType.type(ofParameter: id) { _ = try? BinaryValue.decode(bytes, id: id, type: type) }
        _ = try? ArrayText.read(String(decoding: bytes, as: UTF8.self), element: .varchar) { (text) throws(SQLError) in .text(text) }
        _ = try? StartupOptions.parse(String(decoding: bytes, as: UTF8.self))
    }
}
