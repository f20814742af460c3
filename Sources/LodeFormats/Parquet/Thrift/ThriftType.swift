/// The wire types of Thrift's compact protocol.

/// What the low half of a field header says about the value that follows.
/// - Source: Apache Thrift, "Thrift Compact protocol encoding".
enum ThriftType: UInt8, Sendable {
    case stop = 0
    case boolTrue = 1, boolFalse = 2
    case byte = 3, int16 = 4, int32 = 5, int64 = 6
    case double = 7
    case binary = 8
    case list = 9, set = 10, map = 11
    case structure = 12
    case uuid = 13

    var isInteger: Bool { self == .int32 || self == .int64 || self == .int16 || self == .byte }
}

/// A field of a struct that is being read: its number and the type of its value.
struct ThriftField: Sendable {
    var id: Int16
    var type: ThriftType
}
