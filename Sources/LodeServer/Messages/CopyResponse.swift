/// CopyInResponse and CopyOutResponse: rows of a COPY follow, in this format.

import LodeCore

struct CopyResponse: Equatable {
    var format: WireFormat
    var columns: Int
}

extension CopyResponse {
    func encode(_ writer: inout MessageWriter) throws(SQLError) {
        try writer.uint8(UInt8(truncatingIfNeeded: format.rawValue))
        try writer.int16(Int16(truncatingIfNeeded: columns))
        for _ in 0..<columns { try writer.int16(format.rawValue) }
    }
}
