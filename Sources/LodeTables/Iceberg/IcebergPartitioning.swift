/// A partition spec against the columns of the table.

import LodeCore
import LodeVectors

/// What the values of partitions of one spec are, and what they say of columns.
struct IcebergPartitioning: Sendable {
    let spec: IcebergPartitionSpec
    /// Of the values, aligned with the fields; nil where it is not known.
    private let types: [IcebergType?]
    /// Aligned with the fields; nil for those that say nothing of a column that the table has.
    private(set) var sources: [IcebergPartitionTest.Source?]
    /// Columns whose values the partition has, with the places of their fields.
    private(set) var constants: [(column: Field, place: Int)]
    /// Whether all fields have values; tests of conditions are kept for those that have.
    private(set) var isWhole = true

    var constantColumns: [Field] { constants.map(\.column) }

    init(_ spec: IcebergPartitionSpec, _ columns: IcebergColumns, _ schema: IcebergSchema, _ metadata: IcebergMetadata) {
        self.spec = spec
        let origins = spec.fields.map { field in
            field.sourceIDs.count == 1 ? metadata.field(field.sourceIDs[0], in: schema)?.field : nil
        }
        types = zip(spec.fields, origins).map { Self.resultType($0.transform, $1?.type) }
        sources = zip(spec.fields, origins).map { field, origin in
            guard let origin, let leaf = columns.leaves[origin.id] else { return nil }
            return IcebergPartitionTest.Source(field.transform, column: leaf.name, type: leaf.type.sqlType)
        }
        var constants: [(column: Field, place: Int)] = []
        for (place, field) in spec.fields.enumerated() where field.transform == .identity {
            guard let origin = origins[place], let leaf = columns.leaves[origin.id], leaf.isColumn,
                let index = columns.schema.fields.firstIndex(where: { $0.name == leaf.name }),
                !constants.contains(where: { $0.column.name == leaf.name })
            else { continue }
            constants.append((columns.schema.fields[index], place))
        }
        self.constants = constants
    }

    /// The same for a manifest whose entries lack values of some fields: that is no NULL, and says nothing of the columns.
    func having(_ hasValue: (IcebergPartitionField) -> Bool) -> IcebergPartitioning {
        let lacking = spec.fields.indices.filter { !hasValue(spec.fields[$0]) && spec.fields[$0].transform != .void }
        if lacking.isEmpty { return self }
        var copy = self
        copy.isWhole = false
        for place in lacking { copy.sources[place] = nil }
        copy.constants.removeAll { lacking.contains($0.place) }
        return copy
    }

    /// - Source: Iceberg Table Spec, "Partition Transforms".
    private static func resultType(_ transform: IcebergTransform, _ source: IcebergType?) -> IcebergType? {
        switch transform {
        case .identity, .truncate: source
        case .bucket, .year, .month, .hour: .int
        case .day: .date
        case .void, .unknown: nil
        }
    }

    /// The values of a partition, in the order of the fields. Of those whose type is not known only what they are is kept, so that
    /// partitions can be told apart.
    func values(_ rows: AvroRows, firstCell: Int) throws(SQLError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(spec.fields.count)
        for (place, field) in spec.fields.enumerated() {
            let cell = rows[firstCell + place]
            guard let type = types[place] else {
                values.append(Self.bare(cell, rows))
                continue
            }
            guard let value = type.value(cell, rows.bytes) else {
                throw SQLError(.dataCorrupted, "the value of the partition field \"\(field.name)\" is of another type")
            }
            values.append(value)
        }
        return values
    }

    private static func bare(_ cell: AvroCell, _ rows: AvroRows) -> Value {
        switch cell.kind {
        case .null: .null
        case .number(let number): .integer(Int64(number))
        case .double(let number): .double(number)
        case .bytes: .bytes(rows.bytes(cell).map { Array($0) } ?? [])
        }
    }

    /// What a manifest's summaries say of its partitions.
    func ranges(_ summaries: [IcebergManifest.Summary]) -> [IcebergPartitionTest.Range?] {
        spec.fields.indices.map { place in
            guard place < summaries.count, let type = types[place] else { return nil }
            let summary = summaries[place]
            return IcebergPartitionTest.Range(
                lower: summary.lower.flatMap { type.bound($0[...]) }, upper: summary.upper.flatMap { type.bound($0[...]) },
                hasNull: summary.hasNull)
        }
    }
}
