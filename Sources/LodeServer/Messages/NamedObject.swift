/// Describe and Close: what they are about.

import LodeCore

/// A prepared statement or a portal, by its name; empty for the unnamed one.
enum NamedObject: Hashable {
    case statement(String)
    case portal(String)
}

extension NamedObject {
    init(_ reader: inout MessageReader, in message: String) throws(SQLError) {
        let kind = try reader.uint8()
        let name = try reader.string()
        switch kind {
        case UInt8(ascii: "S"): self = .statement(name)
        case UInt8(ascii: "P"): self = .portal(name)
        default: throw SQLError(.protocolViolation, "invalid \(message) message subtype \(kind)")
        }
    }
}
