/// The first message of a connection, which has no type: StartupMessage, SSLRequest, GSSENCRequest or CancelRequest.

import LodeCore

enum StartupMessage: Equatable {
    case startup(minor: Int, parameters: [Parameter])
    case sslRequest
    case gssEncryptionRequest
    case cancel(process: Int32, secret: Int32)

    struct Parameter: Equatable {
        var name: String
        var value: String
    }

    /// The longest that is taken (PostgreSQL, MAX_STARTUP_PACKET_LENGTH).
    static let maximumLength = 10_000

    /// The newest minor version of protocol 3 that is spoken.
    static let minorVersion = 0
}

extension StartupMessage {
    /// - Throws: `0A000` for another protocol, `08P01` for what is none.
    init(_ body: [UInt8]) throws(SQLError) {
        var reader = MessageReader(body)
        let code = Int(try reader.int32())
        switch code {
        case 80_877_102:
            self = .cancel(process: try reader.int32(), secret: try reader.int32())
            try reader.end()
        case 80_877_103:
            self = .sslRequest
            try reader.end()
        case 80_877_104:
            self = .gssEncryptionRequest
            try reader.end()
        default:
            let major = code >> 16, minor = code & 0xffff
            guard major == 3 else {
                throw SQLError(.featureNotSupported, "unsupported frontend protocol \(major).\(minor): server supports 3.0 to 3.0")
            }
            self = .startup(minor: minor, parameters: try Self.parameters(&reader))
        }
    }

    private static func parameters(_ reader: inout MessageReader) throws(SQLError) -> [Parameter] {
        var parameters: [Parameter] = []
        while reader.remaining > 1 {
            let name = try reader.string()
            if name.isEmpty { break }
            parameters.append(Parameter(name: name, value: try reader.string()))
        }
        guard reader.remaining == 1, try reader.uint8() == 0 else {
            throw SQLError(.protocolViolation, "invalid startup packet layout: expected terminator as last byte")
        }
        return parameters
    }
}
