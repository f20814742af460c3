/// What a client says, as it goes over the wire.

import LodeCore
import LodeVectors

extension FrontendMessage {
    func encode(into sink: ByteSink) throws(SQLError) {
        var writer = try MessageWriter(type, sink)
        switch self {
        case .query(let text): try writer.string(text)
        case .parse(let parse):
            try writer.string(parse.name)
            try writer.string(parse.query)
            try writer.int16(Int16(truncatingIfNeeded: parse.parameterTypes.count))
            for type in parse.parameterTypes { try writer.int32(Int32(bitPattern: type)) }
        case .bind(let bind): try bind.encode(&writer)
        case .describe(let object), .close(let object):
            switch object {
            case .statement(let name):
                try writer.uint8(UInt8(ascii: "S"))
                try writer.string(name)
            case .portal(let name):
                try writer.uint8(UInt8(ascii: "P"))
                try writer.string(name)
            }
        case .execute(let execute):
            try writer.string(execute.portal)
            try writer.int32(execute.maximumRows)
        case .copyData(let data), .password(let data): try writer.bytes(data)
        case .copyFail(let reason): try writer.string(reason)
        case .sync, .flush, .copyDone, .functionCall, .terminate: break
        }
        writer.finish()
    }

    private var type: UInt8 {
        switch self {
        case .query: UInt8(ascii: "Q")
        case .parse: UInt8(ascii: "P")
        case .bind: UInt8(ascii: "B")
        case .describe: UInt8(ascii: "D")
        case .execute: UInt8(ascii: "E")
        case .close: UInt8(ascii: "C")
        case .sync: UInt8(ascii: "S")
        case .flush: UInt8(ascii: "H")
        case .copyData: UInt8(ascii: "d")
        case .copyDone: UInt8(ascii: "c")
        case .copyFail: UInt8(ascii: "f")
        case .functionCall: UInt8(ascii: "F")
        case .password: UInt8(ascii: "p")
        case .terminate: UInt8(ascii: "X")
        }
    }

    /// The answer to an offer of SASL: the mechanism, and its first message.
    static func saslStart(_ mechanism: String, _ message: [UInt8]) -> FrontendMessage {
        let length = UInt32(truncatingIfNeeded: message.count)
        let size = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
        return .password(Array(mechanism.utf8) + [0] + size + message)
    }
}

extension BindMessage {
    fileprivate func encode(_ writer: inout MessageWriter) throws(SQLError) {
        try writer.string(portal)
        try writer.string(statement)
        try Self.encode(parameterFormats, &writer)
        try writer.int16(Int16(truncatingIfNeeded: values.count))
        for value in values {
            try writer.int32(value.map { Int32(truncatingIfNeeded: $0.count) } ?? -1)
            try writer.bytes(value ?? [])
        }
        try Self.encode(resultFormats, &writer)
    }

    private static func encode(_ formats: [Int16], _ writer: inout MessageWriter) throws(SQLError) {
        try writer.int16(Int16(truncatingIfNeeded: formats.count))
        for format in formats { try writer.int16(format) }
    }
}

extension StartupMessage {
    /// The message with its length; it has no type.
    var bytes: [UInt8] {
        var body: [UInt8] = []
        func append(_ number: Int32) { body += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> Int32($0)) } }
        switch self {
        case .startup(let minor, let parameters):
            append(3 << 16 | Int32(truncatingIfNeeded: minor))
            for parameter in parameters { body += Array(parameter.name.utf8) + [0] + Array(parameter.value.utf8) + [0] }
            body.append(0)
        case .sslRequest: append(80_877_103)
        case .gssEncryptionRequest: append(80_877_104)
        case .cancel(let process, let secret):
            append(80_877_102)
            append(process)
            append(secret)
        }
        let length = UInt32(truncatingIfNeeded: body.count + 4)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) } + body
    }
}
