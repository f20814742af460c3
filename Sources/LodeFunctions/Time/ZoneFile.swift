/// Reads compiled zone files.

import Glibc
import LodeCore

/// TZif files of `/usr/share/zoneinfo`.
enum ZoneFile {
    private static let folder = "/usr/share/zoneinfo/"
    private static let maxBytes = 1 << 20

    /// - Throws: `22023` if the name is no zone or the file is malformed.
    static func load(_ name: String) throws(SQLError) -> TimeZoneRules {
        guard isPlausible(name), let bytes = read(folder + name) ?? read(folder + capitalized(name)),
            let rules = parse(name, bytes)
        else {
            throw SQLError(
                .invalidParameterValue, "time zone \"\(String(name.prefix(60)))\" not recognized",
                hint: "Use an IANA name such as Europe/Berlin, UTC, or an offset such as +02:00. Names are read from \(folder).")
        }
        return rules
    }

    /// Names can't leave the folder.
    private static func isPlausible(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 64, !name.hasPrefix("/"), !name.contains("..") else { return false }
        return name.utf8.allSatisfy { byte in
            (byte | 32 >= 97 && byte | 32 <= 122) || (byte >= 48 && byte <= 57) || "_+-/".utf8.contains(byte)
        }
    }

    /// `europe/berlin` as `Europe/Berlin`.
    private static func capitalized(_ name: String) -> String {
        var result = "", starts = true
        for character in name {
            result += starts ? character.uppercased() : character.lowercased()
            starts = character == "/" || character == "_" || character == "-"
        }
        return result
    }

    private static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: maxBytes)
        var filled = 0
        while filled < maxBytes {
            let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress.map { $0 + filled }, maxBytes - filled) }
            if got < 0 { return nil }
            if got == 0 { break }
            filled += got
        }
        return Array(bytes.prefix(filled))
    }

    /// One header's counts and where its data lies.
    private struct Block {
        var universal = 0, standard = 0, leaps = 0, times = 0, types = 0, characters = 0
        var start = 0

        init?(_ bytes: [UInt8], at offset: Int) {
            guard offset + 44 <= bytes.count, Array(bytes[offset..<offset + 4]) == Array("TZif".utf8) else { return nil }
            universal = ZoneFile.int32(bytes, offset + 20)
            standard = ZoneFile.int32(bytes, offset + 24)
            leaps = ZoneFile.int32(bytes, offset + 28)
            times = ZoneFile.int32(bytes, offset + 32)
            types = ZoneFile.int32(bytes, offset + 36)
            characters = ZoneFile.int32(bytes, offset + 40)
            start = offset + 44
            let counts = [universal, standard, leaps, times, types, characters]
            guard counts.allSatisfy({ $0 >= 0 && $0 <= 65_536 }), types > 0 else { return nil }
        }

        func byteCount(_ width: Int) -> Int {
            times * (width + 1) + types * 6 + characters + leaps * (width + 4) + standard + universal
        }
    }

    private static func int32(_ bytes: [UInt8], _ at: Int) -> Int {
        Int(Int32(bitPattern: UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])))
    }

    private static func int64(_ bytes: [UInt8], _ at: Int) -> Int64 {
        Int64(int32(bytes, at)) << 32 | Int64(UInt32(truncatingIfNeeded: int32(bytes, at + 4)))
    }

    static func parse(_ name: String, _ bytes: [UInt8]) -> TimeZoneRules? {
        guard var block = Block(bytes, at: 0) else { return nil }
        var width = 4
        if bytes[4] >= UInt8(ascii: "2") {
            guard let second = Block(bytes, at: block.start + block.byteCount(4)) else { return nil }
            block = second
            width = 8
        }
        let end = block.start + block.byteCount(width)
        guard end <= bytes.count else { return nil }
        let indices = block.start + block.times * width, types = indices + block.times
        func offset(_ type: Int) -> Int32? {
            type < block.types ? Int32(truncatingIfNeeded: int32(bytes, types + type * 6)) : nil
        }
        /// The text that a type's index of characters points at, up to a zero.
        func abbreviation(_ type: Int) -> String {
            let characters = types + block.types * 6, from = Int(bytes[types + type * 6 + 5])
            guard from < block.characters else { return "" }
            return String(decoding: bytes[(characters + from)..<(characters + block.characters)].prefix { $0 != 0 }, as: UTF8.self)
        }
        var transitions: [Int64] = [], offsets: [Int32] = [], abbreviations: [String] = []
        for i in 0..<block.times {
            let at = block.start + i * width
            let type = Int(bytes[indices + i])
            guard let known = offset(type) else { return nil }
            abbreviations.append(abbreviation(type))
            transitions.append(width == 8 ? int64(bytes, at) : Int64(int32(bytes, at)))
            offsets.append(known)
        }
        guard let first = offset(0), zip(transitions, transitions.dropFirst()).allSatisfy({ $0 <= $1 }) else { return nil }
        var footer: PosixZone?
        if width == 8, end + 2 < bytes.count, bytes[end] == 10 {
            footer = PosixZone(String(decoding: bytes[(end + 1)...].prefix { $0 != 10 }, as: UTF8.self))
        }
        return TimeZoneRules(
            name: name, transitions: transitions, offsets: offsets, abbreviations: abbreviations, firstOffset: first,
            firstAbbreviation: abbreviation(0), future: footer)
    }
}
