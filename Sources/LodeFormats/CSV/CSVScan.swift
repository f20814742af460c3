/// An opened CSV file: its profile and the byte ranges that workers read.

import LodeCore
import LodeObjectStore
import LodeVectors
import Synchronization

/// A plain file is split into byte ranges; a row belongs to the range in which it begins.
///
/// Where the first row of a range begins depends on whether the range begins inside of quotes, which only the bytes before
/// it can tell for certain. `CSVRowStart` decides it from the bytes behind: every reader then reports where its last row
/// ended, and a range that began elsewhere is an error instead of wrong rows.
final class CSVScan: FileScan {
    let object: any ObjectReader
    let options: CSVReadOptions
    let profile: CSVProfile
    let schema: Schema
    let lines: LineCounter
    private let ranges: [Range<Int>]
    /// Per range: where it was taken to begin, and where the range before it ended.
    private let seams = Mutex<[Int: (begin: Int?, end: Int?)]>([:])

    private static let rangeBytes = 16 << 20
    private static let smallRangeBytes = 4 << 20

    init(_ object: any ObjectReader, _ options: CSVReadOptions, _ profile: CSVProfile) throws(SQLError) {
        self.object = object
        self.options = options
        self.profile = profile
        schema = Schema(profile.columns.map { Field($0.name, $0.type) })
        lines = LineCounter(object, profile.dialect.packing, newline: profile.dialect.newline)
        ranges = Self.split(object.size, options, profile)
    }

    private static func split(_ size: Int, _ options: CSVReadOptions, _ profile: CSVProfile) -> [Range<Int>] {
        let start = profile.dataStart
        let dialect = profile.dialect
        // A comment may hold a lone quote, which would look like the start of a field.
        let canSplit = dialect.packing.isPlain && options.isParallel && (dialect.comment == nil || dialect.quote == nil)
        guard canSplit else { return [start..<max(start, Int.max)] }
        var bytes = size < 8 * rangeBytes ? smallRangeBytes : rangeBytes
        bytes = max(bytes, 4 * options.maximumRowBytes)
        var ranges: [Range<Int>] = []
        var at = start
        while at < size {
            // A short rest goes with the range before it.
            let end = size - at < bytes + bytes / 2 ? size : at + bytes
            ranges.append(at..<end)
            at = end
        }
        return ranges.isEmpty ? [start..<max(start, size)] : ranges
    }

    var rowCount: Int? { nil }
    func statistics(_ column: Int) -> ColumnStatistics? { nil }
    func morsels() throws(SQLError) -> [Morsel] { ranges.indices.map { Morsel(index: $0, rows: nil) } }
    func reader(_ morsel: Morsel, _ request: ScanRequest) throws(SQLError) -> any MorselReader {
        guard ranges.indices.contains(morsel.index) else { throw .internalFault("csv range \(morsel.index)") }
        return try CSVMorselReader(self, morsel.index, ranges[morsel.index], request)
    }

    /// Notes where range `index` begins (or where the one before it ended), and compares.
    /// - Throws: `22P04` if the two differ.
    func noteSeam(_ index: Int, begin: Int? = nil, end: Int? = nil) throws(SQLError) {
        let seam = seams.withLock { seams in
            var seam = seams[index] ?? (nil, nil)
            seam.begin = begin ?? seam.begin
            seam.end = end ?? seam.end
            seams[index] = seam
            return seam
        }
        guard let begin = seam.begin, let end = seam.end, begin != end else { return }
        throw SQLError(
            .badCopyFileFormat, "the quotes of the file do not pair up, so that it cannot be read in parallel",
            in: "\(object.path), near line \((try? lines.line(at: min(begin, end))) ?? 0)", hint: "Read it with parallel = false.")
    }
}
