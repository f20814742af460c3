/// What the server says. Rows are no messages of this kind: `RowEncoder` and `CopyEncoder` write them where they leave.

import LodeCore
import LodeEngine
import LodeVectors

/// A message of the server.
///
/// - Source: PostgreSQL, "Message Formats", those marked (B).
enum BackendMessage: Equatable {
    case authentication(AuthenticationMessage)
    case parameterStatus(name: String, value: String)
    case backendKeyData(process: Int32, secret: Int32)
    case negotiateProtocolVersion(NegotiateProtocolVersion)
    case readyForQuery(TransactionStatus)
    case rowDescription([ColumnDescription])
    case noData
    case parameterDescription([UInt32])
    case parseComplete
    case bindComplete
    case closeComplete
    case commandComplete(String)
    case emptyQueryResponse
    case portalSuspended
    case error(Report)
    case notice(Report)
    case copyInResponse(CopyResponse)
    case copyOutResponse(CopyResponse)
    case copyDone
    case notification(Notification)

    /// What ReadyForQuery says of the transaction.
    enum TransactionStatus: UInt8, Equatable {
        case idle = 73  // I
        case open = 84  // T
        case failed = 69  // E
    }

    /// Appends the message as it goes over the wire.
    func encode(into sink: ByteSink, _ encoding: ClientEncoding = .utf8) throws(SQLError) {
        var writer = try MessageWriter(type, sink, encoding)
        switch self {
        case .authentication(let message): try message.encode(&writer)
        case .parameterStatus(let name, let value):
            try writer.string(name)
            try writer.string(value)
        case .backendKeyData(let process, let secret):
            try writer.int32(process)
            try writer.int32(secret)
        case .negotiateProtocolVersion(let message): try message.encode(&writer)
        case .readyForQuery(let status): try writer.uint8(status.rawValue)
        case .rowDescription(let columns):
            try writer.int16(Int16(truncatingIfNeeded: columns.count))
            for column in columns { try column.encode(&writer) }
        case .parameterDescription(let types):
            try writer.int16(Int16(truncatingIfNeeded: types.count))
            for type in types { try writer.int32(Int32(bitPattern: type)) }
        case .commandComplete(let tag): try writer.string(tag)
        case .error(let report), .notice(let report): try report.encode(&writer)
        case .copyInResponse(let copy), .copyOutResponse(let copy): try copy.encode(&writer)
        case .notification(let notification):
            try writer.int32(notification.process)
            try writer.string(notification.channel)
            try writer.string(notification.payload)
        case .noData, .parseComplete, .bindComplete, .closeComplete, .emptyQueryResponse, .portalSuspended, .copyDone: break
        }
        writer.finish()
    }

    private var type: UInt8 {
        switch self {
        case .authentication: UInt8(ascii: "R")
        case .parameterStatus: UInt8(ascii: "S")
        case .backendKeyData: UInt8(ascii: "K")
        case .negotiateProtocolVersion: UInt8(ascii: "v")
        case .readyForQuery: UInt8(ascii: "Z")
        case .rowDescription: UInt8(ascii: "T")
        case .noData: UInt8(ascii: "n")
        case .parameterDescription: UInt8(ascii: "t")
        case .parseComplete: UInt8(ascii: "1")
        case .bindComplete: UInt8(ascii: "2")
        case .closeComplete: UInt8(ascii: "3")
        case .commandComplete: UInt8(ascii: "C")
        case .emptyQueryResponse: UInt8(ascii: "I")
        case .portalSuspended: UInt8(ascii: "s")
        case .error: UInt8(ascii: "E")
        case .notice: UInt8(ascii: "N")
        case .copyInResponse: UInt8(ascii: "G")
        case .copyOutResponse: UInt8(ascii: "H")
        case .copyDone: UInt8(ascii: "c")
        case .notification: UInt8(ascii: "A")
        }
    }
}
