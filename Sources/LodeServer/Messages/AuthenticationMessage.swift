/// Requests for a proof of who the client is.

import LodeCore

enum AuthenticationMessage: Equatable {
    case ok
    case cleartextPassword
    /// The mechanisms that the server takes, the best first.
    case sasl([String])
    case saslContinue([UInt8])
    case saslFinal([UInt8])
}

extension AuthenticationMessage {
    func encode(_ writer: inout MessageWriter) throws(SQLError) {
        switch self {
        case .ok: try writer.int32(0)
        case .cleartextPassword: try writer.int32(3)
        case .sasl(let mechanisms):
            try writer.int32(10)
            for mechanism in mechanisms { try writer.string(mechanism) }
            try writer.uint8(0)
        case .saslContinue(let data):
            try writer.int32(11)
            try writer.bytes(data)
        case .saslFinal(let data):
            try writer.int32(12)
            try writer.bytes(data)
        }
    }
}
