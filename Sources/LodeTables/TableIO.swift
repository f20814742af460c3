/// All that a table format may ask of the world.

import LodeCore
import LodeVectors

/// Handed to table formats by whoever has object stores. Paths are locations.
package protocol TableIO: Sendable {
    /// The files and folders directly inside `folder`; a folder that does not exist holds nothing.
    func list(_ folder: String) throws(SQLError) -> FolderListing

    /// Says that folders will be listed soon. A hint: it never fails.
    func willList(_ folders: [String])

    /// Says which files will be read soon. A hint: it never fails.
    func willRead(_ paths: [String])

    /// A metadata file, whole.
    func read(_ path: String) throws(SQLError) -> [UInt8]

    /// Writes a metadata file unless one is there; of several writers exactly one gets true.
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool

    /// Undoes a compression that table metadata come in: `deflate`, `snappy` and `zstandard` as blocks of Avro files have them, `gzip`.
    func decompress(_ codec: String, _ packed: ArraySlice<UInt8>) throws(SQLError) -> [UInt8]

    /// Writes a metadata file, replacing what is there.
    func put(_ path: String, _ bytes: [UInt8]) throws(SQLError)

    /// Deletes metadata files that nothing names any more; what cannot be deleted stays.
    func discard(_ paths: [String])

    /// Writes rows as a metadata file in Parquet, replacing what is there.
    /// - Returns: its size in bytes.
    func write(_ path: String, _ schema: Schema, _ chunks: [Chunk]) throws(SQLError) -> Int

    /// The same, with the numbers of the columns.
    func write(_ path: String, _ schema: Schema, fieldIDs: [Int], _ chunks: [Chunk]) throws(SQLError) -> Int

    /// Reads rows of a metadata file in Parquet, in their order. Each chunk has the columns of the request, in its order and in the file's
    /// types; of those that the file lacks all rows are NULL.
    /// - Returns: how many rows the file has.
    func scan(
        _ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void
    ) throws(SQLError) -> Int
}

extension TableIO {
    package func willRead(_ paths: [String]) {}

    /// Metadata files, whole, in their order. Each is asked for a while before its turn, so that they are not waited for one by one, and
    /// few are held at once.
    package func read(_ paths: [String], _ body: (_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Void) throws(SQLError) {
        let window = 64
        var asked = 0
        for (index, path) in paths.enumerated() {
            if asked < paths.count, asked - index <= window / 2 {
                let next = min(index + window, paths.count)
                willRead(Array(paths[asked..<next]))
                asked = next
            }
            try body(path, try read(path))
        }
    }

    package func decompress(_ codec: String, _ packed: ArraySlice<UInt8>) throws(SQLError) -> [UInt8] {
        if codec == "null" { return Array(packed) }
        throw SQLError.unsupported("the compression \(codec.prefix(100)) of table metadata")
    }

    package func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) { throw .unsupported("writing here", hint: path) }
    package func discard(_ paths: [String]) {}
    package func write(_ path: String, _ schema: Schema, _ chunks: [Chunk]) throws(SQLError) -> Int {
        throw .unsupported("writing Parquet here", hint: path)
    }
    package func write(_ path: String, _ schema: Schema, fieldIDs: [Int], _ chunks: [Chunk]) throws(SQLError) -> Int {
        try write(path, schema, chunks)
    }
}

/// What is wanted from a metadata file in Parquet.
package struct MetadataRequest: Sendable {
    /// Columns and fields of structs, by the names that lead to them.
    package var columns: [[String]]
    /// What rows must fulfil to be of use; names as `FieldPath` writes them. Others may be given too.
    package var bounds: ColumnPredicate
    /// Decides by some of the columns which rows are of use, so that the others need not be decoded; what a file without them has is of
    /// use.
    package var filter: Filter?

    package struct Filter: Sendable {
        /// Positions in `columns`.
        package var columns: [Int]
        /// Puts the rows of `0 ..< count` that are of use into the selection, in ascending order.
        package var select: Select

        package typealias Select = @Sendable (_ columns: [Column], _ count: Int, _ kept: Selection) throws(SQLError) -> Void

        package init(columns: [Int], select: @escaping Select) {
            self.columns = columns
            self.select = select
        }
    }

    package init(columns: [[String]], bounds: ColumnPredicate = .anything, filter: Filter? = nil) {
        self.columns = columns
        self.bounds = bounds
        self.filter = filter
    }
}

extension TableIO {
    package func willList(_ folders: [String]) {}
}

/// What lies directly inside a folder, sorted by name.
package struct FolderListing: Hashable, Sendable {
    package struct File: Hashable, Sendable {
        package var name: String
        package var size: Int
        package var modifiedMicros: Int64

        package init(name: String, size: Int, modifiedMicros: Int64 = 0) {
            self.name = name
            self.size = size
            self.modifiedMicros = modifiedMicros
        }
    }

    package var files: [File]
    /// Names, not paths.
    package var folders: [String]

    package init(files: [File] = [], folders: [String] = []) {
        self.files = files
        self.folders = folders
    }
}

/// Metadata files of which many parts are read one after another, as one has the deletion vectors of many data files: the last is kept.
struct SharedFiles {
    private let io: any TableIO
    private var last: (path: String, bytes: [UInt8])?

    init(_ io: any TableIO) { self.io = io }

    /// Nothing if the file ends before.
    mutating func read(_ path: String, offset: Int, count: Int) throws(SQLError) -> [UInt8] {
        if last?.path != path { last = (path, try io.read(path)) }
        guard let bytes = last?.bytes, offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return [] }
        return Array(bytes[offset..<offset + count])
    }
}
