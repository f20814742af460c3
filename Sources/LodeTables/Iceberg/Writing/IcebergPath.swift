/// Names of the folders of partitions.

import LodeCore

/// They tell people what lies in them: readers take the values from manifests.
/// - Source: Iceberg's Java library, `PartitionSpec.partitionToPath` and `TransformUtil`.
enum IcebergPath {
    /// Longer values are cut off: file systems have limits, and no reader takes a value from its folder.
    private static let longest = 120

    /// `ts_day=2024-01-31/id_bucket=3`
    static func folder(_ parts: [(name: String, transform: IcebergTransform, value: Value)]) -> String {
        parts.map { part in
            "\(escaped(part.name[...]))=\(escaped(text(part.value, part.transform)[...]))"
        }.joined(separator: "/")
    }

    /// A value as people read it.
    static func text(_ value: Value, _ transform: IcebergTransform) -> String {
        if value.isNull { return "null" }
        switch (transform, value) {
        case (.year, .integer(let number)): return padded(1970 + number, 4)
        case (.month, .integer(let number)):
            let year = Int64((Double(number) / 12).rounded(.down))
            return "\(padded(1970 + year, 4))-\(padded(number - year * 12 + 1, 2))"
        case (.hour, .integer(let number)):
            let day = Int64((Double(number) / 24).rounded(.down))
            guard let date = Int32(exactly: day) else { return String(number) }
            return "\(PartitionText.write(.date(date)))-\(padded(number - day * 24, 2))"
        default: return PartitionText.write(value)
        }
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// As addresses have it; a star, which means many files in places, is escaped, too.
    private static func escaped(_ text: Substring) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if bytes.count >= longest { break }
            let isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a, isDigit = byte >= 0x30 && byte <= 0x39
            if isLetter || isDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") {
                bytes.append(byte)
            } else if byte == UInt8(ascii: " ") {
                bytes.append(UInt8(ascii: "+"))
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        let name = String(decoding: bytes, as: UTF8.self)
        // A name of points leads elsewhere.
        return name.allSatisfy({ $0 == "." }) && !name.isEmpty ? "%2E" + name.dropFirst() : name
    }
}
