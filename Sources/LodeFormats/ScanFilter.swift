/// What a scan asks of a file reader: which columns, and which rows it may leave out.

import LodeCore
import LodeVectors

/// A condition that a reader evaluates while it reads, so that the other columns are decoded for surviving rows only.
///
/// Filters of one scan are a conjunction, listed cheapest and most selective first. A reader that cannot evaluate early
/// must still apply them: whatever it returns satisfies all of them.
package protocol ScanFilter: AnyObject, Sendable {
    /// The columns that it looks at, as positions in the scan's projection.
    var columns: [Int] { get }

    /// What statistics may refute (names as in the file's schema, fields of structs as `FieldPath` writes them). Read once per row group:
    /// a filter that a join fills
    /// may know more by then.
    var bounds: ColumnPredicate { get }

    /// Whether the answer for a row depends on nothing but the one column's value, and is false for NULL. Such a filter may be asked
    /// about the
    /// values of a dictionary once, instead of about every row.
    var isPureOverOneColumn: Bool { get }

    /// Keeps, in ascending order in `survivors`, the rows of `0 ..< count` for which the condition is true.
    /// `columns` are those named by `columns`, in that order, each with `count` rows in any layout.
    func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError)
}

/// What a scan wants from every file: resolved once per query, used by all workers.
package struct ScanRequest: Sendable {
    /// The columns to return, as positions in the file's schema or those that the file gives to fields of structs and to row
    /// numbers; each at most once.
    package var projection: [Int]
    package var filters: [any ScanFilter]
    package var cancellation: Cancellation
    /// The offsets of zones that strings name, and of the session's for strings that name none; nil is UTC.
    package var zones: ParseTimestamp.Zones?
    /// Whether what the morsel reads is here or on its way: what could only spare fetching it is not worth waiting for.
    package var isFetched = false

    package init(
        projection: [Int], filters: [any ScanFilter] = [], cancellation: Cancellation, zones: ParseTimestamp.Zones? = nil
    ) {
        self.zones = zones
        self.projection = projection
        self.filters = filters
        self.cancellation = cancellation
    }
}

/// What reading skipped and cost, for receipts and EXPLAIN ANALYZE. Workers add theirs together.
///
/// A row group that several workers share is counted by the one that has its first rows.
package struct ScanCounters: Sendable {
    /// Indexes, Bloom filters and dictionaries included; the metadata of files not.
    package var bytesRead = 0
    /// What the columns that are needed take in the files that were opened.
    package var bytesNeeded = 0
    package var rowGroupsRead = 0
    package var rowGroupsPrunedByStatistics = 0
    package var rowGroupsPrunedByBloomFilter = 0
    /// Row groups in whose dictionaries no value passes.
    package var rowGroupsPrunedByDictionary = 0
    package var pagesRead = 0
    /// Pages that the page index let be left in the file.
    package var pagesNotFetched = 0
    /// Pages that were fetched with others, and not decompressed.
    package var pagesNotDecoded = 0
    /// Rows that filters looked at.
    package var rowsScanned = 0
    package var rowsReturned = 0
    package var rowsRejected = 0

    package init() {}

    package var rowGroupsPruned: Int { rowGroupsPrunedByStatistics + rowGroupsPrunedByBloomFilter + rowGroupsPrunedByDictionary }

    package mutating func add(_ other: ScanCounters) {
        bytesRead += other.bytesRead
        bytesNeeded += other.bytesNeeded
        rowGroupsRead += other.rowGroupsRead
        rowGroupsPrunedByStatistics += other.rowGroupsPrunedByStatistics
        rowGroupsPrunedByBloomFilter += other.rowGroupsPrunedByBloomFilter
        rowGroupsPrunedByDictionary += other.rowGroupsPrunedByDictionary
        pagesRead += other.pagesRead
        pagesNotFetched += other.pagesNotFetched
        pagesNotDecoded += other.pagesNotDecoded
        rowsScanned += other.rowsScanned
        rowsReturned += other.rowsReturned
        rowsRejected += other.rowsRejected
    }
}

/// A part of a file that one worker reads by itself: a row group, a byte range of a CSV file.
package struct Morsel: Sendable {
    /// Position in the file, from 0; results of an ordered scan are put together by it.
    package var index: Int
    /// Rows in it, if known.
    package var rows: Int?

    package init(index: Int, rows: Int?) {
        self.index = index
        self.rows = rows
    }
}

/// Where the bytes of a morsel lie.
package struct MorselBytes: Sendable {
    /// Of the columns that filters look at; all of them, where there are no filters.
    package var first: [Range<Int>] = []
    /// Of the others, which are read for rows that filters leave.
    package var rest: [Range<Int>] = []
    /// How many of the bytes are the morsel's own: several may share a column chunk.
    package var firstCount = 0
    package var restCount = 0

    package init() {}
}

/// An opened file of some format: its schema and its morsels. Used by many workers at once.
package protocol FileScan: AnyObject, Sendable {
    var schema: Schema { get }
    /// The numbers that the file gives to its columns, aligned with the schema; empty if it numbers none.
    var fieldIDs: [Int?] { get }
    /// A column with its parts, as the file names and numbers them, by position in the schema.
    func field(_ column: Int) -> FileField
    /// The position by which a request names the field at the end of a path of names that leads from a column into structs;
    /// nil if the file can't read it by itself, or has no such field.
    func position(ofField path: [String]) -> Int?
    /// The position by which a request names the number of each row in the file, from 0; nil if rows aren't numbered.
    var rowNumberPosition: Int? { get }
    /// Rows in the file, if known without reading it.
    var rowCount: Int? { get }
    /// Columns whose type is only a guess, since the file has no value for them: positions in `schema`.
    var guessedColumns: Set<Int> { get }
    /// What is known of a column over the whole file, by position in the schema.
    func statistics(_ column: Int) -> ColumnStatistics?
    /// The same over a morsel, or more rows.
    func statistics(_ column: Int, in morsel: Morsel) -> ColumnStatistics?
    /// The parts to read, in file order.
    func morsels() throws(SQLError) -> [Morsel]
    /// The block of the file that a morsel is of, or a part of, by its number from 0.
    func rowGroup(of morsel: Morsel) -> Int
    /// How many rows of a morsel the bounds of its pages leave in; nil where none are known. Reads the page index.
    func rowsLeft(inPagesOf morsel: Morsel, _ request: ScanRequest) -> Int?
    /// What reading a morsel takes from the file, as far as metadata tells that is here already; nil if that is not known.
    func bytes(of morsel: Morsel, _ request: ScanRequest) -> MorselBytes?
    /// Says which bytes of the file will be read soon, so that they can be fetched ahead. A hint: it never fails.
    /// - Parameter arrived: called once, when whoever reads them need not wait; perhaps at once. It must not wait.
    func willNeed(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void)
    /// A reader of one morsel; belongs to one worker. It gives no rows where metadata rules them all out.
    func reader(_ morsel: Morsel, _ request: ScanRequest) throws(SQLError) -> any MorselReader
}

extension FileScan {
    package var fieldIDs: [Int?] { [] }
    package func field(_ column: Int) -> FileField { FileField(schema.fields[column]) }
    package func position(ofField path: [String]) -> Int? { nil }
    package var rowNumberPosition: Int? { nil }
    package func rowGroup(of morsel: Morsel) -> Int { morsel.index }
    package func rowsLeft(inPagesOf morsel: Morsel, _ request: ScanRequest) -> Int? { nil }
    package func bytes(of morsel: Morsel, _ request: ScanRequest) -> MorselBytes? { nil }
    package func willNeed(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void) { arrived() }
    package var guessedColumns: Set<Int> { [] }
    package func statistics(_ column: Int, in morsel: Morsel) -> ColumnStatistics? { nil }
}

/// The reader of a morsel that metadata rules out.
final class PrunedMorsel: MorselReader {
    let counters: ScanCounters

    init(_ counters: ScanCounters) { self.counters = counters }

    func next() throws(SQLError) -> Chunk? { nil }
}

/// Reads one morsel chunk by chunk. Not `Sendable`: one worker owns it.
package protocol MorselReader: AnyObject {
    /// The next rows (1 to `Chunk.capacity`) that satisfy all filters, with the columns of the projection; nil at the end.
    func next() throws(SQLError) -> Chunk?
    var counters: ScanCounters { get }
}
