/// NegotiateProtocolVersion: the client wants a newer protocol, or options, that the server does not know.

import LodeCore

struct NegotiateProtocolVersion: Equatable {
    /// The newest minor version that the server speaks.
    var minor: Int32
    /// Options that were asked for in vain.
    var unknownOptions: [String]
}

extension NegotiateProtocolVersion {
    func encode(_ writer: inout MessageWriter) throws(SQLError) {
        try writer.int32(3 << 16 | minor)
        try writer.int32(Int32(truncatingIfNeeded: unknownOptions.count))
        for option in unknownOptions { try writer.string(option) }
    }
}
