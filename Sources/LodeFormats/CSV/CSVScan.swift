/// An opened CSV file: its profile and the byte ranges that workers read.

import LodeCore
import LodeObjectStore
import LodeVectors

/// A plain file is split into byte ranges; a row belongs to the range in which it begins.
///
/// Where the first row of a range begins depends on whether the range begins inside of quotes, which only the bytes before
/// it can tell for certain. Where the range before is not read yet, `CSVRowStart` decides it: every reader then reports where
/// its last row ended, and a range that began elsewhere is an error instead of wrong rows.
final class CSVScan: FileScan {
    let object: any ObjectReader
    let options: CSVReadOptions
    let profile: CSVProfile
    let schema: Schema
    let lines: LineCounter
    private let ranges: [Range<Int>]
    /// Per range: where it was taken to begin, and where the range before it ended.
    private let seams = Lock<[Int: (begin: Int?, end: Int?)]>([:])

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
        guard dialect.packing.isPlain, options.isParallel else { return [start..<max(start, Int.max)] }
        let bytes = options.rangeBytes ?? max(size < 8 * rangeBytes ? smallRangeBytes : rangeBytes, 4 * options.maximumRowBytes)
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

    var rowCount: Int? { profile.isEmpty ? 0 : nil }
    var guessedColumns: Set<Int> { Set(profile.columns.indices.filter { profile.columns[$0].isGuess }) }
    func statistics(_ column: Int) -> ColumnStatistics? { nil }
    func morsels() throws(SQLError) -> [Morsel] { ranges.indices.map { Morsel(index: $0, rows: nil) } }
    func bytes(of morsel: Morsel, _ request: ScanRequest) -> MorselBytes? {
        ranges.indices.contains(morsel.index) ? MorselBytes(text: ranges[morsel.index], of: object) : nil
    }
    func willNeed(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void) { object.fetchAhead(ranges, arrived) }
    func reader(_ morsel: Morsel, _ request: ScanRequest) throws(SQLError) -> any MorselReader {
        guard ranges.indices.contains(morsel.index) else { throw .internalFault("csv range \(morsel.index)") }
        return try CSVMorselReader(self, morsel.index, ranges[morsel.index], request)
    }

    /// Where the first row of range `index` begins.
    func start(of index: Int) throws(SQLError) -> Int {
        let (end, nearest) = seams.withLock { seams in
            var before = index - 1
            while before > 0, seams[before] == nil { before -= 1 }
            return (seams[index]?.end, seams[before])
        }
        if let end { return end }
        // The nearest place before the range at which a row is known to begin.
        let known = nearest?.end ?? nearest?.begin ?? profile.dataStart
        let offset = ranges[index].lowerBound
        if known >= offset { return known }
        let finder = CSVRowStart(
            object: object, dialect: profile.dialect, columns: profile.columns.count, maximumRowBytes: options.maximumRowBytes)
        let start = try finder.find(from: offset, known: known)
        try noteSeam(index, begin: start)
        return start
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
