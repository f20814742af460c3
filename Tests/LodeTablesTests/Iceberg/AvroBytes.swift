// Avro files, byte by byte.

/// Values in Avro's binary encoding, and container files of them.
enum AvroBytes {
    static let sync: [UInt8] = Array(0..<16)

    static func long(_ number: Int) -> [UInt8] {
        var raw = UInt64(bitPattern: Int64(number) << 1 ^ Int64(number) >> 63), bytes: [UInt8] = []
        while raw >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: raw) | 0x80)
            raw >>= 7
        }
        return bytes + [UInt8(raw)]
    }

    static func bytes(_ bytes: [UInt8]) -> [UInt8] { long(bytes.count) + bytes }
    static func text(_ text: String) -> [UInt8] { bytes(Array(text.utf8)) }
    /// The branch of a union with null before it.
    static func some(_ bytes: [UInt8]?) -> [UInt8] { bytes.map { [2] + $0 } ?? [0] }
    static func array(_ items: [[UInt8]]) -> [UInt8] { (items.isEmpty ? [] : long(items.count) + items.flatMap(\.self)) + [0] }

    static func header(_ schema: String, codec: String = "null", _ notes: [String: String] = [:]) -> [UInt8] {
        let all = notes.merging(["avro.schema": schema, "avro.codec": codec]) { $1 }.sorted { $0.key < $1.key }
        return Array("Obj".utf8) + [1] + long(all.count) + all.flatMap { text($0.key) + text($0.value) } + [0] + sync
    }

    static func file(_ schema: String, notes: [String: String] = [:], _ records: [[UInt8]]) -> [UInt8] {
        if records.isEmpty { return header(schema, notes) }
        return header(schema, notes) + long(records.count) + bytes(records.flatMap(\.self)) + sync
    }
}
