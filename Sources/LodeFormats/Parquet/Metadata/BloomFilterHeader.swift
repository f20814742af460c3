/// What stands before the bits of a Bloom filter.

import LodeCore

/// `BloomFilterHeader` of parquet.thrift. Only the one kind that exists is supported: split blocks, xxHash64, uncompressed.
struct BloomFilterHeader: Hashable, ThriftStruct {
    /// Of the bits that follow.
    var bytes = 0
    /// Whether algorithm, hash and compression are those that exist today.
    var isSupported = true

    init(bytes: Int) { self.bytes = bytes }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: bytes = try reader.size(field)
            case 2, 3, 4:
                try reader.structure(field) { (reader, member) throws(SQLError) in
                    if member.id != 1 { isSupported = false }
                    try reader.skip(member)
                }
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, int32: bytes)
        for id in Int16(2)...4 { writer.structure(id) { $0.structure(1) { _ in } } }
    }
}
