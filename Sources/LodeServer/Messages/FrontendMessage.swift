/// What a client may say once it is connected.

import LodeCore

/// A message of the client, taken apart.
///
/// - Source: PostgreSQL, "Message Formats", those marked (F).
enum FrontendMessage: Equatable {
    case query(String)
    case parse(ParseMessage)
    case bind(BindMessage)
    case describe(NamedObject)
    case execute(ExecuteMessage)
    case close(NamedObject)
    case sync
    case flush
    case copyData([UInt8])
    case copyDone
    case copyFail(String)
    /// The old way to call a function by its number.
    case functionCall
    /// An answer to a request for a password: a password, or a step of SASL.
    case password([UInt8])
    case terminate

    /// - Throws: `08P01` for a body that is not what its type says, `22021` for text that is not UTF-8.
    init(type: UInt8, body: [UInt8]) throws(SQLError) {
        var reader = MessageReader(body)
        switch type {
        case UInt8(ascii: "Q"): self = .query(try reader.string())
        case UInt8(ascii: "P"): self = .parse(try ParseMessage(&reader))
        case UInt8(ascii: "B"): self = .bind(try BindMessage(&reader))
        case UInt8(ascii: "D"): self = .describe(try NamedObject(&reader, in: "DESCRIBE"))
        case UInt8(ascii: "E"): self = .execute(try ExecuteMessage(&reader))
        case UInt8(ascii: "C"): self = .close(try NamedObject(&reader, in: "CLOSE"))
        case UInt8(ascii: "S"): self = .sync
        case UInt8(ascii: "H"): self = .flush
        case UInt8(ascii: "d"): self = .copyData(reader.rest())
        case UInt8(ascii: "c"): self = .copyDone
        case UInt8(ascii: "f"): self = .copyFail(try reader.string())
        case UInt8(ascii: "F"):
            _ = reader.rest()
            self = .functionCall
        case UInt8(ascii: "p"): self = .password(reader.rest())
        case UInt8(ascii: "X"): self = .terminate
        default: throw SQLError(.protocolViolation, "invalid frontend message type \(type)")
        }
        try reader.end()
    }
}
