/// An opened JSON file: its profile and the byte ranges that workers read.

import LodeCore
import LodeObjectStore
import LodeVectors

/// Lines are split into byte ranges, a line belonging to the range in which it begins; other layouts are read in one piece.
final class JSONScan: FileScan {
    let object: any ObjectReader
    let options: JSONReadOptions
    let profile: JSONProfile
    let schema: Schema
    let lines: LineCounter
    private let ranges: [Range<Int>]

    private static let rangeBytes = 16 << 20
    private static let smallRangeBytes = 4 << 20

    init(_ object: any ObjectReader, _ options: JSONReadOptions, _ profile: JSONProfile) {
        self.object = object
        var options = options
        options.keys = profile.keys
        self.options = options
        self.profile = profile
        schema = Schema(profile.columns)
        lines = LineCounter(object, profile.packing, newline: 10)
        guard profile.layout == .lines, profile.packing.isPlain else {
            ranges = [profile.dataStart..<Int.max]
            return
        }
        let bytes = object.size < 8 * Self.rangeBytes ? Self.smallRangeBytes : Self.rangeBytes
        var list: [Range<Int>] = []
        var at = profile.dataStart
        while at < object.size {
            let end = object.size - at < bytes + bytes / 2 ? object.size : at + bytes
            list.append(at..<end)
            at = end
        }
        ranges = list.isEmpty ? [profile.dataStart..<max(profile.dataStart, object.size)] : list
    }

    var rowCount: Int? { nil }
    func statistics(_ column: Int) -> ColumnStatistics? { nil }
    func morsels() throws(SQLError) -> [Morsel] { ranges.indices.map { Morsel(index: $0, rows: nil) } }
    func bytes(of morsel: Morsel, _ request: ScanRequest) -> MorselBytes? {
        ranges.indices.contains(morsel.index) ? MorselBytes(text: ranges[morsel.index], of: object) : nil
    }
    func willNeed(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void) { object.fetchAhead(ranges, arrived) }
    func reader(_ morsel: Morsel, _ request: ScanRequest) throws(SQLError) -> any MorselReader {
        guard ranges.indices.contains(morsel.index) else { throw .internalFault("json range \(morsel.index)") }
        return try JSONMorselReader(self, ranges[morsel.index], isFirst: morsel.index == 0, request)
    }
}
