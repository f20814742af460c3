/// What writers of text files share: lanes that render, and a file that takes what they rendered.

import LodeCore
import LodeObjectStore
import LodeVectors

/// A text file that several lanes append to, compressed piece by piece: gzip members or zstd frames, one after another.
final class TextFile: Sendable {
    /// What stands around and between rows: the brackets and commas of an array.
    struct Separator: Sendable {
        var open: String
        /// Every row begins with it; that of the file's first row is left out.
        var between: String
        var close: String
    }

    let path: String
    let codec: Codec
    let separator: Separator?
    /// Used under the lock only.
    private nonisolated(unsafe) let object: any ObjectWriter
    private nonisolated(unsafe) var order = BlockOrder<Rendered>()
    private let rows = Lock(0)

    /// Rows as written in the file.
    struct Rendered {
        var bytes: ByteSink
        var rows: Int
    }

    /// `compression` nil goes by the ending of the path.
    init(_ object: any ObjectWriter, compression: String?, separator: Separator? = nil) throws(SQLError) {
        self.separator = separator
        self.object = object
        path = object.path
        let name = object.path.lowercased()
        switch compression?.lowercased() {
        case nil, "auto"?:
            codec = name.hasSuffix(".gz") ? .gzip : name.hasSuffix(".zst") || name.hasSuffix(".zstd") ? .zstd : .uncompressed
        case "none"?, "uncompressed"?: codec = .uncompressed
        case "gzip"?, "gz"?: codec = .gzip
        case "zstd"?, "zst"?: codec = .zstd
        case let other?:
            throw SQLError(
                .invalidParameterValue, "unknown compression \"\(other)\" for a text file", hint: "Use none, gzip or zstd.")
        }
    }

    func nextBlock() -> Int { rows.withLock { _ in order.claim() } }

    /// Appends the block of this number once those before it are there.
    func append(_ block: Rendered, _ number: Int) throws(SQLError) {
        nonisolated(unsafe) let block = block
        try rows.withLock { rows throws(SQLError) in
            for due in order.take(block, number) {
                defer { withExtendedLifetime(due) {} }
                try object.write(due.bytes.bytes)
                rows += due.rows
            }
        }
    }

    /// What ends the file.
    private func closing(_ rows: Int) -> String {
        guard let separator else { return "" }
        return rows > 0 ? separator.close : "[]\n"
    }

    var bytesWritten: Int { rows.withLock { _ in object.position } }

    func finish() throws(SQLError) -> (bytes: Int, rows: Int) {
        try rows.withLock { rows throws(SQLError) in
            let end = try ByteSink(capacity: 64)
            try end.append(closing(rows))
            if !end.isEmpty {
                let packed = try TextFilePacker(codec).pack(end)
                defer { withExtendedLifetime(packed) {} }
                try object.write(packed.bytes)
            }
            let bytes = object.position
            try object.finish()
            return (bytes, rows)
        }
    }

    func abort() { rows.withLock { _ in object.abort() } }
}

/// Compresses pieces of text. Not `Sendable`.
final class TextFilePacker {
    private let compressor: Compressor?

    init(_ codec: Codec) throws(SQLError) { compressor = codec == .uncompressed ? nil : try Compressor(codec) }

    /// The text as written in the file.
    func pack(_ text: ByteSink) throws(SQLError) -> ByteSink {
        guard let compressor else { return text }
        let capacity = compressor.bound(text.count)
        let packed = try ByteSink(capacity: capacity)
        let out = try packed.reserve(capacity)
        packed.advance(try compressor.compress(text.bytes, into: UnsafeMutableRawPointer(out), capacity: capacity))
        return packed
    }
}

/// A writer whose lanes render text.
class TextFileWriter<Lane: TextFileLane>: FileWriter, @unchecked Sendable {
    private let file: TextFile
    private let columns: Int
    private let makeLane: @Sendable (TextFile) throws(SQLError) -> Lane

    init(_ file: TextFile, columns: Int, makeLane: @escaping @Sendable (TextFile) throws(SQLError) -> Lane) {
        self.file = file
        self.columns = columns
        self.makeLane = makeLane
    }

    func lane() throws(SQLError) -> any FileWriterLane { try makeLane(file) }
    func nextBlock() -> Int { file.nextBlock() }
    var bytesWritten: Int { file.bytesWritten }
    func abort() { file.abort() }

    func finish() throws(SQLError) -> WrittenFile {
        let (bytes, rows) = try file.finish()
        return WrittenFile(
            path: file.path, bytes: bytes, rows: rows, statistics: Array(repeating: ColumnStatistics(rowCount: rows), count: columns))
    }
}

/// One worker's way into a text file: renders chunks.
class TextFileLane: FileWriterLane {
    let file: TextFile
    private var sink: ByteSink
    private let packer: TextFilePacker
    private var rows = 0

    init(_ file: TextFile) throws(SQLError) {
        self.file = file
        sink = try ByteSink()
        packer = try TextFilePacker(file.codec)
    }

    /// Appends the rows of a chunk, each with its newline.
    func render(_ chunk: Chunk, to sink: ByteSink) throws(SQLError) {}

    func write(_ chunk: Chunk) throws(SQLError) {
        try render(chunk, to: sink)
        rows += chunk.count
    }

    func finish() throws(SQLError) { if rows > 0 { try finish(block: file.nextBlock()) } }

    func finish(block: Int) throws(SQLError) {
        // Every row begins with the separator; the file's first one gets the opening bracket instead.
        if block == 0, let separator = file.separator {
            let first = try ByteSink(capacity: sink.count + 16)
            try first.append(separator.open)
            try first.append(UnsafeRawBufferPointer(rebasing: sink.bytes.dropFirst(separator.between.utf8.count)))
            sink = first
        }
        let packed = try packer.pack(sink)
        try file.append(TextFile.Rendered(bytes: packed, rows: rows), block)
        sink = try ByteSink(capacity: sink.count + sink.count / 8)
        rows = 0
    }
}
