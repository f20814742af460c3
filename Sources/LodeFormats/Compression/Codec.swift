/// The compression codecs of Parquet pages.

import LodeCore

/// A codec by its number in `parquet.thrift` (`CompressionCodec`).
enum Codec: Int32, Sendable {
    case uncompressed = 0, snappy, gzip, lzo, brotli
    /// Hadoop's framing of LZ4 blocks, deprecated; some writers put bare blocks or LZ4 frames under this number.
    case lz4
    case zstd
    /// A bare LZ4 block.
    case lz4Raw

    /// As SQL options and error messages call it.
    var name: String {
        switch self {
        case .uncompressed: "uncompressed"
        case .snappy: "snappy"
        case .gzip: "gzip"
        case .lzo: "lzo"
        case .brotli: "brotli"
        case .lz4: "lz4"
        case .zstd: "zstd"
        case .lz4Raw: "lz4_raw"
        }
    }

    /// The compression levels that can be asked for; nil if there are none.
    var levels: ClosedRange<Int>? {
        switch self {
        case .zstd: 1...22
        case .gzip: 1...9
        case .brotli: 0...11
        default: nil
        }
    }

    /// What COPY and table properties may ask for.
    static let writable: [Codec] = [.uncompressed, .snappy, .gzip, .zstd, .lz4Raw, .brotli]

    /// Other names of the same.
    static let synonyms: [String: Codec] = ["none": .uncompressed, "lz4": .lz4Raw]

    /// The codec that an option names.
    /// - Throws: `22023` with what there is.
    static func named(_ name: String) throws(SQLError) -> Codec {
        let folded = name.lowercased()
        if let codec = synonyms[folded] { return codec }
        if let codec = writable.first(where: { $0.name == folded }) { return codec }
        throw SQLError(
            .invalidParameterValue, "unknown compression \"\(name)\"",
            detail: "There are " + writable.map(\.name).joined(separator: ", ") + ".",
            hint: NearestName.find(folded, among: writable.map(\.name)).map { "Did you mean \"\($0)\"?" })
    }

    /// The codec of a column chunk.
    /// - Throws: `0A000` for those that are not supported.
    static func reading(_ raw: Int32) throws(SQLError) -> Codec {
        guard let codec = Codec(rawValue: raw) else { throw .unsupported("compression codec number \(raw) of Parquet") }
        switch codec {
        case .lzo: throw .unsupported("compression codec \(codec.name)", hint: "Rewrite the file with zstd or snappy.")
        default: return codec
        }
    }
}
