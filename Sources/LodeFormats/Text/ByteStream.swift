/// Bytes from front to back: of a file, of a part of it, of what is compressed in it.

import LodeCore
import LodeObjectStore

/// Hands out bytes in order. Not `Sendable`: one reader owns it.
protocol ByteStream: AnyObject {
    /// Fills up to `capacity` bytes at `destination`; 0 only at the end.
    func read(into destination: UnsafeMutableRawPointer, capacity: Int) throws(SQLError) -> Int
    /// Bytes taken from the file so far.
    var bytesRead: Int { get }
}

/// The bytes of an object from an offset to its end.
final class ObjectStream: ByteStream {
    private let object: any ObjectReader
    private let start: Int
    private var at: Int

    init(_ object: any ObjectReader, from offset: Int = 0) {
        self.object = object
        start = offset
        at = offset
    }

    var bytesRead: Int { at - start }

    func read(into destination: UnsafeMutableRawPointer, capacity: Int) throws(SQLError) -> Int {
        let count = min(capacity, object.size - at)
        guard count > 0 else { return 0 }
        try object.read(offset: at, count: count, into: destination)
        at += count
        return count
    }
}

/// How the bytes of a text file are packed and coded.
package struct TextPacking: Hashable, Sendable {
    package enum Compression: String, Sendable { case none, gzip, zstd }
    package enum Encoding: String, Sendable {
        case utf8 = "utf-8"
        case utf16LittleEndian = "utf-16le"
        case utf16BigEndian = "utf-16be"
        case latin1 = "latin-1"
    }

    package var compression = Compression.none
    package var encoding = Encoding.utf8

    /// Whether offsets into the file are offsets into the text, so that parts can be read alone.
    var isPlain: Bool { compression == .none && encoding == .utf8 }

    /// The text of an object as UTF-8, from its start.
    func open(_ object: any ObjectReader) throws(SQLError) -> any ByteStream {
        let file = ObjectStream(object)
        let unpacked: any ByteStream =
            switch compression {
            case .none: file
            case .gzip: try GzipStream(file, path: object.path)
            case .zstd: try ZstdStream(file, path: object.path)
            }
        return encoding == .utf8 ? unpacked : try TranscodingStream(unpacked, from: encoding, path: object.path)
    }

    /// By the options, or else by the first bytes of the file: magic numbers and byte order marks.
    static func detect(_ object: any ObjectReader, compression: String?, encoding: String?) throws(SQLError) -> TextPacking {
        var packing = TextPacking()
        let head = try object.read(offset: 0, count: min(4, object.size))
        switch compression?.lowercased() {
        case nil, "auto"?, "auto_detect"?:
            if head.starts(with: [0x1f, 0x8b]) { packing.compression = .gzip }
            if head.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { packing.compression = .zstd }
        case "none"?, "uncompressed"?: packing.compression = .none
        case "gzip"?, "gz"?: packing.compression = .gzip
        case "zstd"?, "zst"?: packing.compression = .zstd
        case let other?:
            throw SQLError(
                .invalidParameterValue, "unknown compression \"\(other)\"", hint: "Use auto, none, gzip or zstd.")
        }
        switch encoding?.lowercased().filter({ $0 != "-" && $0 != "_" }) {
        case nil, "auto"?:
            guard packing.compression == .none else { break }
            if head.starts(with: [0xff, 0xfe]) { packing.encoding = .utf16LittleEndian }
            if head.starts(with: [0xfe, 0xff]) { packing.encoding = .utf16BigEndian }
        case "utf8"?: break
        case "utf16"?, "utf16le"?: packing.encoding = head.starts(with: [0xfe, 0xff]) ? .utf16BigEndian : .utf16LittleEndian
        case "utf16be"?: packing.encoding = .utf16BigEndian
        case "latin1"?, "iso88591"?: packing.encoding = .latin1
        case let other?:
            throw SQLError(
                .invalidParameterValue, "unknown encoding \"\(other)\"", hint: "Use utf-8, utf-16, utf-16be or latin-1.")
        }
        return packing
    }
}
