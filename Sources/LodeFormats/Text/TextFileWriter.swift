/// What writers of text files share: lanes that render, and a file that takes what they rendered.

import LodeCore
import LodeObjectStore
import LodeVectors
import Synchronization

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
    private let rows = Mutex(0)

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

    /// Appends bytes that are already compressed by the codec.
    func append(packed bytes: UnsafeRawBufferPointer, rows: Int) throws(SQLError) {
        let failure: SQLError? = self.rows.withLock { written in
            do throws(SQLError) {
                try object.write(bytes)
                written += rows
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
    }

    /// Appends plain bytes, compressing them first.
    func append(_ sink: ByteSink, rows: Int) throws(SQLError) {
        try TextFilePacker(codec).append(sink, rows: rows, to: self)
    }

    /// Whether this caller's rows are the file's first: true once.
    private let isOpened = Mutex(false)

    /// Appends rows that all begin with the separator: the first rows of the file get the opening bracket instead.
    func appendSeparated(_ sink: ByteSink, rows: Int, _ packer: TextFilePacker) throws(SQLError) {
        guard let separator else { return try packer.append(sink, rows: rows, to: self) }
        // Under the lock to the end: nobody's rows may come before the bracket.
        let failure: SQLError? = isOpened.withLock { isOpened in
            do throws(SQLError) {
                guard !isOpened else {
                    try packer.append(sink, rows: rows, to: self)
                    return nil
                }
                let first = try ByteSink(capacity: sink.count + 16)
                try first.append(separator.open)
                try first.append(UnsafeRawBufferPointer(rebasing: sink.bytes.dropFirst(separator.between.utf8.count)))
                try packer.append(first, rows: rows, to: self)
                isOpened = true
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
    }

    /// What ends the file.
    var closing: String {
        guard let separator else { return "" }
        return isOpened.withLock { $0 } ? separator.close : "[]\n"
    }

    var bytesWritten: Int { rows.withLock { _ in object.position } }

    func finish() throws(SQLError) -> (bytes: Int, rows: Int) {
        let result: Result<(Int, Int), SQLError> = rows.withLock { written in
            do throws(SQLError) {
                let bytes = object.position
                try object.finish()
                return .success((bytes, written))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    func abort() { rows.withLock { _ in object.abort() } }
}

/// Compresses what one lane rendered. Not `Sendable`.
final class TextFilePacker {
    private let compressor: Compressor?
    private let packed: ByteSink

    init(_ codec: Codec) throws(SQLError) {
        compressor = codec == .uncompressed ? nil : try Compressor(codec)
        packed = try ByteSink(capacity: 64)
    }

    func append(_ sink: ByteSink, rows: Int, to file: TextFile) throws(SQLError) {
        guard let compressor else { return try file.append(packed: sink.bytes, rows: rows) }
        packed.truncate()
        let capacity = compressor.bound(sink.count)
        let out = try packed.reserve(capacity)
        packed.advance(try compressor.compress(sink.bytes, into: UnsafeMutableRawPointer(out), capacity: capacity))
        try file.append(packed: packed.bytes, rows: rows)
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
    var bytesWritten: Int { file.bytesWritten }
    func abort() { file.abort() }

    func finish() throws(SQLError) -> WrittenFile {
        let end = file.closing
        if !end.isEmpty {
            let sink = try ByteSink()
            try sink.append(end)
            try file.append(sink, rows: 0)
        }
        let (bytes, rows) = try file.finish()
        return WrittenFile(path: file.path, bytes: bytes, rows: rows, statistics: Array(repeating: ColumnStatistics(rowCount: rows), count: columns))
    }
}

/// One worker's way into a text file: renders chunks, hands over about a megabyte at a time.
class TextFileLane: FileWriterLane {
    private static let pieceBytes = 1 << 20
    let file: TextFile
    private let sink: ByteSink
    private let packer: TextFilePacker
    private var rows = 0

    init(_ file: TextFile) throws(SQLError) {
        self.file = file
        sink = try ByteSink(capacity: Self.pieceBytes + 65_536)
        packer = try TextFilePacker(file.codec)
    }

    /// Appends the rows of a chunk, each with its newline.
    func render(_ chunk: Chunk, to sink: ByteSink) throws(SQLError) {}

    func write(_ chunk: Chunk) throws(SQLError) {
        try render(chunk, to: sink)
        rows += chunk.count
        if sink.count >= Self.pieceBytes { try flush() }
    }

    func finish() throws(SQLError) { if !sink.isEmpty { try flush() } }

    private func flush() throws(SQLError) {
        try file.appendSeparated(sink, rows: rows, packer)
        sink.truncate()
        rows = 0
    }
}
