/// Avro object container files: a header with the schema, and blocks of records.

import LodeCore

/// The header of a file. Nothing that it says is trusted.
/// - Source: Avro specification 1.12, "Object Container Files".
package struct AvroContainer: Sendable {
    /// What the writer noted, the schema and the codec included.
    package private(set) var metadata: [String: [UInt8]] = [:]
    package let schema: AvroSchema
    /// `null`, `deflate`, `snappy`, `zstandard`.
    package let codec: String
    private let sync: ArraySlice<UInt8>
    private let firstBlock: Int
    private let bytes: [UInt8]

    /// Records as the writer's codec packed them.
    package struct Block: Sendable {
        package var count: Int
        package var packed: ArraySlice<UInt8>
    }

    private static let magic: [UInt8] = [0x4f, 0x62, 0x6a, 1]
    private static let syncBytes = 16

    /// - Throws: `XX001` for bytes that are no such file, `0A000` for a schema that contains itself.
    package init(_ bytes: [UInt8]) throws(SQLError) {
        var cursor = AvroCursor()
        guard bytes.starts(with: Self.magic) else { throw Self.corrupted("it does not begin with Avro's magic number") }
        cursor.at = Self.magic.count
        var metadata: [String: [UInt8]] = [:]
        while let count = cursor.blockCount(bytes.span), count > 0 {
            for _ in 0..<count {
                guard let key = cursor.bytes(bytes.span), let value = cursor.bytes(bytes.span) else { throw Self.cutOff }
                metadata[String(decoding: bytes[key], as: UTF8.self)] = Array(bytes[value])
            }
        }
        guard !cursor.hasFailed, bytes.count - cursor.at >= Self.syncBytes else { throw Self.cutOff }
        guard let text = metadata["avro.schema"] else { throw Self.corrupted("it has no schema") }
        do throws(SQLError) {
            schema = try AvroSchema(json: text)
        } catch {
            throw error.within("avro.schema")
        }
        sync = bytes[cursor.at..<cursor.at + Self.syncBytes]
        firstBlock = cursor.at + Self.syncBytes
        codec = metadata["avro.codec"].map { String(decoding: $0, as: UTF8.self) } ?? "null"
        self.metadata = metadata
        self.bytes = bytes
    }

    /// A note of the writer, as text.
    package func text(_ key: String) -> String? { metadata[key].map { String(decoding: $0, as: UTF8.self) } }

    /// Calls `body` with the blocks, in their order.
    /// - Throws: `XX001` where the file is cut off or a block does not end with the file's marker.
    package func forEachBlock(_ body: (Block) throws(SQLError) -> Void) throws(SQLError) {
        var cursor = AvroCursor()
        cursor.at = firstBlock
        while cursor.at < bytes.count {
            guard let count = cursor.long(bytes.span), count >= 0, let packed = cursor.bytes(bytes.span),
                bytes.count - cursor.at >= Self.syncBytes
            else { throw Self.cutOff }
            guard bytes[cursor.at..<cursor.at + Self.syncBytes].elementsEqual(sync) else {
                throw Self.corrupted("a block does not end with the file's marker", near: cursor.at)
            }
            cursor.at += Self.syncBytes
            try body(Block(count: count, packed: bytes[packed]))
        }
    }

    private static var cutOff: SQLError { corrupted("it ends too early, or its sizes are wrong") }

    static func corrupted(_ what: String, near place: Int? = nil) -> SQLError {
        SQLError(.dataCorrupted, "the Avro file is damaged: \(what)", detail: place.map { "Near byte \($0) of the file." })
    }
}
