/// Reading Puffin files.

import LodeCore

/// A file and what its footer says of its blobs. Offsets and lengths are outside bytes: they are checked where they are used.
/// - Source: Puffin spec, "File structure", "Footer Payload".
struct PuffinFile {
    struct Blob {
        /// As the footer has it.
        var description: JSONTree
        /// As they lie in the file.
        var bytes: ArraySlice<UInt8>

        var type: String? { description["type"]?.text }
        /// Nil if the bytes are what the blob is.
        var codec: String? { description["compression-codec"]?.text }
        var fields: [Int] { (description["fields"]?.items ?? []).compactMap { $0.integer.flatMap { Int(exactly: $0) } } }
    }

    let blobs: [Blob]

    /// - Throws: `XX001` for what is no such file, `0A000` for one whose footer is compressed.
    init(_ bytes: [UInt8]) throws(SQLError) {
        let magic = PuffinWriter.magic, trailer = 12
        guard bytes.count >= magic.count * 2 + trailer, bytes.starts(with: magic), bytes.suffix(4).elementsEqual(magic) else {
            throw Self.damaged("it is none")
        }
        func number(_ place: Int) -> Int { bytes[place..<place + 4].reversed().reduce(0) { $0 << 8 | Int($1) } }
        let end = bytes.count - trailer, count = number(end)
        if bytes[end + 4] & 1 != 0 { throw SQLError.unsupported("the compressed footer of a Puffin file") }
        guard count <= end - magic.count * 2, bytes[(end - count - magic.count)..<(end - count)].elementsEqual(magic) else {
            throw Self.damaged("its footer has \(count) bytes")
        }
        let footer = try JSONTree(String(decoding: bytes[(end - count)..<end], as: UTF8.self))
        var blobs: [Blob] = []
        for description in footer["blobs"]?.items ?? [] {
            guard let offset = description["offset"]?.integer, let length = description["length"]?.integer, offset >= 0, length >= 0,
                offset <= Int64(bytes.count), length <= Int64(bytes.count) - offset
            else { throw Self.damaged("a blob lies outside of it") }
            blobs.append(Blob(description: description, bytes: bytes[Int(offset)..<Int(offset + length)]))
        }
        self.blobs = blobs
    }

    private static func damaged(_ what: String) -> SQLError { SQLError(.dataCorrupted, "the Puffin file is damaged: \(what)") }

    /// What a blob is, whatever way it is stored.
    static func plain(_ blob: Blob, _ io: any TableIO) throws(SQLError) -> [UInt8] {
        switch blob.codec {
        case nil: return Array(blob.bytes)
        case "zstd": return try io.decompress("zstandard", blob.bytes)
        case let codec?: throw SQLError.unsupported("the compression \(codec.prefix(100)) of a Puffin file")
        }
    }
}
