/// Tables without data, whose statistics are all that planning sees of them.

import LodeCore
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables

/// A relation that is known by its statistics alone.
final class MemoryTable: Relation {
    let displayName: String
    let schema: Schema
    let partitionColumns: Set<String>
    private let rowCount: Double?
    private let known: [ColumnStatistics?]

    private let files: [MemoryFile]?

    init(
        _ name: String, rows: Double?, _ columns: [(Field, ColumnStatistics?)], partitionedBy partitions: Set<String> = [],
        files: [MemoryFile]? = nil
    ) {
        displayName = name
        rowCount = rows
        schema = Schema(columns.map(\.0))
        known = columns.map(\.1)
        partitionColumns = partitions
        self.files = files
    }

    var readsFields: Bool { true }
    var hiddenFields: [Field] { displayName == "parcels" ? [Field("filename", .varchar, nullable: false)] : [] }

    func readStatistics(of columns: [Int]) -> RelationStatistics {
        RelationStatistics(rowCount: rowCount, columns: columns.reduce(into: [:]) { $0[$1] = known[$1] })
    }

    func fileMetadata() -> [any FileMetadata]? { files }
}

/// A file that is known by its metadata alone.
struct MemoryFile: FileMetadata {
    let rowCount: Int?
    var constants: [Int: Value] = [:]
    var known: [Int: ColumnStatistics] = [:]

    func constant(_ column: Int) -> Value? { constants[column] }
    func statistics(_ column: Int) -> ColumnStatistics? { known[column] }
}

/// Resolves names among given tables.
struct MemoryResolver: RelationResolver {
    let tables: [String: MemoryTable]

    init(_ tables: [MemoryTable]) {
        self.tables = Dictionary(uniqueKeysWithValues: tables.map { ($0.displayName, $0) })
    }

    func table(_ name: QualifiedName, at time: TableTime?) throws(SQLError) -> ResolvedRelation? {
        let key = name.last.text.lowercased()
        return tables[key].map { .source($0, path: [key]) }
    }

    func isFileFunction(_ name: String) -> Bool { false }

    func fileFunction(
        _ name: String, arguments: [Value], named: [(name: String, value: Value)], span: SourceSpan
    ) throws(SQLError) -> any Relation {
        throw .unsupported("files in plan tests", at: span)
    }

    func file(_ path: String, span: SourceSpan) throws(SQLError) -> any Relation {
        throw .unsupported("files in plan tests", at: span)
    }

    func nearbyNames() -> [String] { tables.keys.sorted() }
}

extension MemoryResolver {
    /// A shop: 10,000 customers, 100,000 orders of them, 400,000 items of these, 1,000 products, 5 regions.
    static let shop = MemoryResolver([
        MemoryTable("regions", rows: 5, [key("region_id", 1...5), text("region_name")]),
        MemoryTable(
            "customers", rows: 10_000,
            [
                key("customer_id", 1...10_000), text("customer_name"), number("region_id", 1...5), text("segment"),
                (Field("balance", .decimal(precision: 12, scale: 2)), nil),
            ]),
        MemoryTable(
            "orders", rows: 100_000,
            [
                key("order_id", 1...100_000), number("customer_id", 1...10_000),
                (Field("order_date", .date), ColumnStatistics(minimum: .date(18_262), maximum: .date(20_088), nullCount: 0)),
                text("status"), (Field("total", .decimal(precision: 12, scale: 2)), nil),
            ], partitionedBy: ["order_date"]),
        MemoryTable(
            "items", rows: 400_000,
            [
                key("item_id", 1...400_000), number("order_id", 1...100_000), number("product_id", 1...1_000, nulls: 400),
                number("quantity", 1...50), (Field("price", .decimal(precision: 12, scale: 2)), nil), text("note"),
            ]),
        MemoryTable(
            "products", rows: 1_000,
            [
                key("product_id", 1...1_000), text("product_name"), number("department_id", 1...20),
                (Field("tags", .list(.varchar)), nil),
            ]),
        MemoryTable("parcels", rows: 1_000, [key("parcel_id", 1...1_000), (Field("box", box), nil)]),
        // By day: two files of the first, one of the second.
        MemoryTable(
            "events", rows: 600,
            [
                (Field("day", .date), nil), key("event_id", 1...600), number("size", 1...50, nulls: 20), (Field("ratio", .double), nil),
                text("kind"),
            ], partitionedBy: ["day"], files: [event(20_000, 1...100), event(20_000, 101...300), event(20_001, 301...600)]),
        // All days of two centuries, of which stock is taken in one of each week for five years, row groups by date.
        MemoryTable("days", rows: 73_049, [key("day_id", 2_415_022...2_488_070), number("year", 1_900...2_100)]),
        MemoryTable(
            "stock", rows: 11_745_000,
            [
                (Field("day_id", .bigint), ColumnStatistics.merged(weeks)), number("product_id", 1...1_000), number("amount", 0...1_000),
            ]),
    ])

    private static let weeks = (0..<96).map { part in
        let first = Int64(2_450_815 + part * 19)
        return ColumnStatistics(
            minimum: .integer(first), maximum: .integer(first + 19), nullCount: 0, rowCount: 122_344, distinctCount: 4)
    }

    private static let box = SQLType.structure([
        Field("size", .structure([Field("width", .bigint), Field("height", .bigint)])), Field("label", .varchar),
    ])

    private static func event(_ day: Int32, _ ids: ClosedRange<Int64>) -> MemoryFile {
        func exact(_ low: Value, _ high: Value, nulls: Int = 0) -> ColumnStatistics {
            ColumnStatistics(minimum: low, maximum: high, nullCount: nulls, boundsAreExact: true)
        }
        return MemoryFile(
            rowCount: ids.count, constants: [0: .date(day)],
            known: [
                1: exact(.integer(ids.lowerBound), .integer(ids.upperBound)),
                2: exact(.integer(1), .integer(ids.lowerBound + 49), nulls: 7),
                3: exact(.double(0), .double(1)),
                // Cut short.
                4: ColumnStatistics(minimum: .text("a"), maximum: .text("z"), nullCount: 0),
            ])
    }

    private static func key(_ name: String, _ range: ClosedRange<Int64>) -> (Field, ColumnStatistics?) {
        (Field(name, .bigint, nullable: false), statistics(range, nulls: 0))
    }

    private static func number(_ name: String, _ range: ClosedRange<Int64>, nulls: Int = 0) -> (Field, ColumnStatistics?) {
        (Field(name, .bigint), statistics(range, nulls: nulls))
    }

    private static func text(_ name: String) -> (Field, ColumnStatistics?) { (Field(name, .varchar), nil) }

    private static func statistics(_ range: ClosedRange<Int64>, nulls: Int) -> ColumnStatistics {
        ColumnStatistics(minimum: .integer(range.lowerBound), maximum: .integer(range.upperBound), nullCount: nulls)
    }
}
