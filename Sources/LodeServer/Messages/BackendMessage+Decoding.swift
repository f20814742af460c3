/// What a server says, taken apart: for clients.

import LodeCore
import LodeEngine

extension BackendMessage {
    /// Nil for what is no message of this kind: rows, data of COPY.
    /// - Throws: `08P01` for a body that is not what its type says.
    init?(type: UInt8, body: [UInt8]) throws(SQLError) {
        var reader = MessageReader(body)
        switch type {
        case UInt8(ascii: "R"): self = .authentication(try AuthenticationMessage(&reader))
        case UInt8(ascii: "S"): self = .parameterStatus(name: try reader.string(), value: try reader.string())
        case UInt8(ascii: "K"): self = .backendKeyData(process: try reader.int32(), secret: try reader.int32())
        case UInt8(ascii: "v"): self = .negotiateProtocolVersion(try NegotiateProtocolVersion(&reader))
        case UInt8(ascii: "Z"):
            guard let status = TransactionStatus(rawValue: try reader.uint8()) else { throw Self.malformed }
            self = .readyForQuery(status)
        case UInt8(ascii: "T"):
            var columns: [ColumnDescription] = []
            for _ in 0..<(try reader.count(ofEntriesOf: 19)) { columns.append(try ColumnDescription(&reader)) }
            self = .rowDescription(columns)
        case UInt8(ascii: "t"):
            var types: [UInt32] = []
            for _ in 0..<(try reader.count(ofEntriesOf: 4)) { types.append(UInt32(bitPattern: try reader.int32())) }
            self = .parameterDescription(types)
        case UInt8(ascii: "C"): self = .commandComplete(try reader.string())
        case UInt8(ascii: "E"): self = .error(try Report(&reader, else: .error))
        case UInt8(ascii: "N"): self = .notice(try Report(&reader, else: .notice))
        case UInt8(ascii: "A"):
            self = .notification(
                Notification(process: try reader.int32(), channel: try reader.string(), payload: try reader.string()))
        case UInt8(ascii: "G"): self = .copyInResponse(try CopyResponse(&reader))
        case UInt8(ascii: "H"): self = .copyOutResponse(try CopyResponse(&reader))
        default:
            guard let message = Self.bodiless.first(where: { $0.type == type })?.message else { return nil }
            self = message
        }
        try reader.end()
    }

    private static let bodiless: [(type: UInt8, message: BackendMessage)] = [
        (UInt8(ascii: "n"), .noData), (UInt8(ascii: "1"), .parseComplete), (UInt8(ascii: "2"), .bindComplete),
        (UInt8(ascii: "3"), .closeComplete), (UInt8(ascii: "I"), .emptyQueryResponse), (UInt8(ascii: "s"), .portalSuspended),
        (UInt8(ascii: "c"), .copyDone),
    ]

    private static var malformed: SQLError { SQLError(.protocolViolation, "invalid message format") }
}

extension AuthenticationMessage {
    init(_ reader: inout MessageReader) throws(SQLError) {
        let kind = try reader.int32()
        switch kind {
        case 0: self = .ok
        case 3: self = .cleartextPassword
        case 10:
            var mechanisms: [String] = []
            while true {
                let name = try reader.string()
                if name.isEmpty { break }
                mechanisms.append(name)
            }
            self = .sasl(mechanisms)
        case 11: self = .saslContinue(reader.rest())
        case 12: self = .saslFinal(reader.rest())
        default: throw SQLError.unsupported("the authentication method \(kind) that the server asks for")
        }
    }
}

extension NegotiateProtocolVersion {
    fileprivate init(_ reader: inout MessageReader) throws(SQLError) {
        minor = try reader.int32() & 0xffff
        unknownOptions = []
        for _ in 0..<max(0, try reader.int32()) { unknownOptions.append(try reader.string()) }
    }
}

extension ColumnDescription {
    fileprivate init(_ reader: inout MessageReader) throws(SQLError) {
        name = try reader.string()
        table = UInt32(bitPattern: try reader.int32())
        column = try reader.int16()
        let id = UInt32(bitPattern: try reader.int32()), size = try reader.int16()
        type = WireType(id: id, size: size, modifier: try reader.int32())
        guard let known = WireFormat(rawValue: try reader.int16()) else {
            throw SQLError(.protocolViolation, "invalid message format")
        }
        format = known
    }
}

extension CopyResponse {
    fileprivate init(_ reader: inout MessageReader) throws(SQLError) {
        format = try reader.uint8() == 0 ? .text : .binary
        columns = try reader.count(ofEntriesOf: 2)
        for _ in 0..<columns { _ = try reader.int16() }
    }
}

extension Report {
    fileprivate init(_ reader: inout MessageReader, else severity: Severity) throws(SQLError) {
        self.init(severity: severity, code: "", message: "")
        while true {
            let key = try reader.uint8()
            if key == 0 { return }
            let text = try reader.string()
            switch UnicodeScalar(key) {
            case "S", "V": self.severity = Severity(rawValue: text) ?? self.severity
            case "C": code = text
            case "M": message = text
            case "D": detail = text
            case "H": hint = text
            case "P": position = Int(text)
            case "W": place = text
            default: continue
            }
        }
    }
}
