/// By what an Iceberg table is divided, as it is declared; and specs that say so.

import LodeCore

enum IcebergPartitionDeclaration {
    /// The first number that a partition field has.
    private static let firstFieldID = 1000

    /// - Throws: `0A000` naming a partition field that Lode cannot fill.
    static func terms(_ metadata: IcebergMetadata, _ schema: IcebergSchema) throws(SQLError) -> [PartitionTerm] {
        var terms: [PartitionTerm] = []
        for field in metadata.spec(metadata.defaultSpecID)?.fields ?? [] where field.transform != .void {
            guard let source = schema.fields.first(where: { field.sourceIDs == [$0.id] }),
                field.transform.resultType(of: source.type.sqlType) != nil
            else {
                throw SQLError.unsupported("writing an Iceberg table that is partitioned by \(field.transform.text) as \"\(field.name)\"")
            }
            terms.append(PartitionTerm(source.name, field.transform, name: field.name))
        }
        return terms
    }

    /// The spec of a new table.
    static func spec(_ terms: [PartitionTerm], _ schema: IcebergSchema) throws(SQLError) -> IcebergPartitionSpec {
        var last = firstFieldID - 1
        return IcebergPartitionSpec(id: 0, fields: try fields(terms, schema, [], &last))
    }

    /// The fields of a spec: those that a table had before keep their numbers.
    /// - Parameters:
    ///   - earlier: the specs that the table has or had.
    ///   - last: the greatest number that a field was given.
    private static func fields(
        _ terms: [PartitionTerm], _ schema: IcebergSchema, _ earlier: [IcebergPartitionSpec], _ last: inout Int
    ) throws(SQLError) -> [IcebergPartitionField] {
        var fields: [IcebergPartitionField] = []
        for term in terms {
            guard let source = schema.fields.first(where: { $0.name == term.column }) else {
                throw SQLError(.undefinedColumn, "column \"\(term.column)\", by which the table is partitioned, does not exist")
            }
            guard term.transform.resultType(of: source.type.sqlType) != nil else {
                throw SQLError(
                    .invalidTableDefinition,
                    "an Iceberg table cannot be partitioned by \(term.sql { $0 }): the column is of type \(source.type.sqlType)")
            }
            let known = earlier.reversed().lazy.flatMap(\.fields).first { $0.sourceIDs == [source.id] && $0.transform == term.transform }
            if known == nil { last += 1 }
            fields.append(
                IcebergPartitionField(
                    sourceIDs: [source.id], fieldID: known?.fieldID ?? last, name: term.name, transform: term.transform))
        }
        return fields
    }

    /// The spec of a table that is divided otherwise from now on: one that it had before if that is the same.
    /// - Parameter schema: the columns from now on.
    /// - Source: Iceberg spec, "Partition Evolution".
    static func changed(
        _ terms: [PartitionTerm], _ schema: IcebergSchema, _ metadata: IcebergMetadata
    ) throws(SQLError) -> (spec: IcebergPartitionSpec, isNew: Bool, lastFieldID: Int) {
        var last = max(firstFieldID - 1, metadata.specs.flatMap(\.fields).map(\.fieldID).max() ?? 0, metadata.lastPartitionID ?? 0)
        let fields = try fields(terms, schema, metadata.specs, &last)
        if let known = metadata.specs.first(where: { $0.fields == fields }) { return (known, false, last) }
        return (IcebergPartitionSpec(id: (metadata.specs.map(\.id).max() ?? -1) &+ 1, fields: fields), true, last)
    }

    /// Whether terms are those that a table has, whatever their fields were once called.
    static func isSame(_ known: [PartitionTerm], _ declared: [PartitionTerm]) -> Bool {
        known.count == declared.count
            && zip(known, declared).allSatisfy { known, declared in
                known.column == declared.column && known.transform == declared.transform
                    && (declared.givenName == nil || declared.name == known.name)
            }
    }

    /// The types of the values of a spec's fields; nil for fields that say nothing.
    /// - Source: Iceberg spec, "Partition Transforms".
    static func types(
        _ spec: IcebergPartitionSpec, _ metadata: IcebergMetadata, _ schema: IcebergSchema
    ) -> [IcebergType?] {
        spec.fields.map { field in
            let source = field.sourceIDs.count == 1 ? metadata.field(field.sourceIDs[0], in: schema)?.field.type : nil
            switch field.transform {
            case .identity, .truncate: return source
            case .bucket, .year, .month, .hour: return .int
            case .day: return .date
            case .void: return source ?? .int
            case .unknown: return nil
            }
        }
    }
}
