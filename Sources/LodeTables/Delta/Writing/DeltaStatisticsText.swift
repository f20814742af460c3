/// Writing what is known of the columns of a file.

import LodeCore

/// - Source: Delta PROTOCOL.md, "Per-file Statistics".
struct DeltaStatisticsText {
    private let fields: [(column: MappedColumn, field: Field)]
    /// Columns and parts of them of which statistics are written, by `FieldPath`; nil for all.
    private let wanted: Set<String>?

    init(_ schema: DeltaSchema, partitionColumns: [String], _ configuration: [String: String]) {
        let keys = Set(partitionColumns)
        fields = zip(schema.columns, schema.schema.fields).filter { !keys.contains($1.name) }.map { ($0, $1) }
        wanted = Self.wanted(fields.map(\.field), configuration)
    }

    /// Columns that are named, or else the first so many.
    private static func wanted(_ fields: [Field], _ configuration: [String: String]) -> Set<String>? {
        if let names = configuration[DeltaProperties.statisticsColumns] {
            return Set(names.split(separator: ",").map { name in
                FieldPath.name(name.split(separator: ".").map { $0.filter { $0 != "`" && $0 != " " } })
            })
        }
        let count = DeltaProperties.integer(DeltaProperties.indexedColumns, configuration) ?? 32
        if count < 0 { return nil }
        var leaves: [String] = []
        for field in fields { addLeaves(field, [], &leaves) }
        return Set(leaves.prefix(Int(clamping: count)))
    }

    private static func addLeaves(_ field: Field, _ path: [String], _ leaves: inout [String]) {
        let path = path + [field.name]
        if case .structure(let parts) = field.type {
            for part in parts { addLeaves(part, path, &leaves) }
        } else {
            leaves.append(FieldPath.name(path))
        }
    }

    /// JSON text.
    func write(_ file: DataFile) -> String? {
        guard let rows = file.rowCount else { return nil }
        var minimums = JSONTree.object([]), maximums = JSONTree.object([]), nulls = JSONTree.object([])
        for (column, field) in fields { add(column, field, [], file, &minimums, &maximums, &nulls) }
        return JSONTree.object([
            .init("numRecords", .integer(rows)), .init("minValues", minimums), .init("maxValues", maximums), .init("nullCount", nulls),
        ]).json
    }

    /// Under the names that files have.
    private func add(
        _ column: MappedColumn, _ field: Field, _ path: [String], _ file: DataFile, _ minimums: inout JSONTree, _ maximums: inout JSONTree,
        _ nulls: inout JSONTree
    ) {
        let path = path + [field.name], key = column.fileName
        if case .structure(let parts) = field.type {
            var low = JSONTree.object([]), high = JSONTree.object([]), counts = JSONTree.object([])
            for (own, part) in zip(column.parts, parts) { add(own, part, path, file, &low, &high, &counts) }
            if !low.members.isEmpty { minimums[key] = low }
            if !high.members.isEmpty { maximums[key] = high }
            if !counts.members.isEmpty { nulls[key] = counts }
            return
        }
        let name = FieldPath.name(path)
        guard let known = file.statistics[name], wanted.map({ $0.contains(name) || $0.contains(path[0]) }) ?? true else { return }
        if let count = known.nullCount, !field.type.isNested { nulls[key] = .integer(count) }
        // One bound without the other would say that nothing is known.
        guard let low = known.minimum.flatMap({ Self.bound($0, field.type, isMaximum: false) }),
            let high = known.maximum.flatMap({ Self.bound($0, field.type, isMaximum: true) })
        else { return }
        minimums[key] = low
        maximums[key] = high
    }

    // MARK: Bounds

    /// Characters of a text that are kept.
    private static let prefixLength = 32

    /// Nil for values that JSON can't hold or that readers don't take.
    private static func bound(_ value: Value, _ type: SQLType, isMaximum: Bool) -> JSONTree? {
        switch (value, type) {
        case (.integer(let number), _) where type.isInteger: return .integer(number)
        case (.double(let number), .double), (.double(let number), .real):
            guard number.isFinite else { return nil }
            return .number(type == .real ? Float(number).description : number.description)
        case (.decimal(let unscaled, let scale), .decimal): return .number(Decimal128.text(unscaled, scale: scale))
        case (.date(let days), .date): return isUsual(days) ? .string(PartitionText.date(Int64(days))) : nil
        case (.timestamp(let micros), .timestamptz): return instant(micros).map { .string($0 + "Z") }
        case (.timestamp(let micros), .timestamp): return instant(micros).map { .string($0) }
        case (.text(let text), .varchar): return .string(self.text(text.string, isMaximum: isMaximum))
        default: return nil
        }
    }

    /// Years that everybody can read.
    private static let usualDays = -719_162...2_932_896

    private static func isUsual(_ days: Int32) -> Bool { usualDays.contains(Int(days)) }

    /// `2024-01-31T12:30:00.000000`; nil beyond the years 1 to 9999.
    static func instant(_ micros: Int64) -> String? {
        var (days, rest) = micros.quotientAndRemainder(dividingBy: CivilDate.microsPerDay)
        if rest < 0 {
            days -= 1
            rest += CivilDate.microsPerDay
        }
        guard let day = Int32(exactly: days), isUsual(day) else { return nil }
        let fraction = String(rest % 1_000_000)
        let zeros = String(repeating: "0", count: 6 - fraction.utf8.count)
        return "\(PartitionText.date(days))T\(PartitionText.clock(rest - rest % 1_000_000)).\(zeros)\(fraction)"
    }

    /// What is cut off a maximum is outdone by the greatest character.
    private static func text(_ text: String, isMaximum: Bool) -> String {
        let scalars = text.unicodeScalars
        let cut = scalars.index(scalars.startIndex, offsetBy: prefixLength, limitedBy: scalars.endIndex)
        guard let end = cut, end < scalars.endIndex else { return text }
        return String(scalars[..<end]) + (isMaximum ? "\u{10ffff}" : "")
    }
}
