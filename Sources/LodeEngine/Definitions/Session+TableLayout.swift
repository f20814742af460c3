/// ALTER TABLE of partition fields, the order of rows, branches and tags.

import LodeCatalog
import LodeCore
import LodeSyntax
import LodeTables

extension Session {
    /// - Throws: `0A000` for a table whose format has no such thing.
    func layoutChange(_ action: AlterTable.Action, _ table: GlueTable) throws(SQLError) -> DefinitionChange {
        guard let format = table.writableFormat, format.evolvesLayout else {
            let noun = table.loggedFormat.map { "\($0.name) table" } ?? String(table.kind.noun.drop { $0 != " " }.dropFirst())
            throw SQLError.unsupported("\(Self.subject(of: action)) of a \(noun)", hint: "Tables that are made USING iceberg have it.")
        }
        switch action {
        case .partitionField(let change): return .partitioning(try partitionChange(change, try table.schema()))
        case .writeOrder(let items): return .setProperties(["sorted_by": try Self.order(items, try table.schema())])
        case .reference(let change): return .reference(try Self.referenceChange(change))
        default: throw .internalFault("an alteration of something else")
        }
    }

    private static func subject(of action: AlterTable.Action) -> String {
        switch action {
        case .partitionField: "a PARTITION FIELD"
        case .writeOrder: "WRITE ORDERED BY"
        default: "a branch or a tag"
        }
    }

    // MARK: Partition fields

    private func partitionChange(
        _ change: AlterTable.PartitionFieldChange, _ schema: Schema
    ) throws(SQLError) -> PartitionTermChange {
        let new = try change.new.map { (field) throws(SQLError) in
            let term = try Self.term(field)
            return try PartitionReading.checked([PartitionTerm(term.column, term.transform, name: change.name?.text)], schema)[0]
        }
        let old = try change.old.map { (field) throws(SQLError) -> PartitionTermChange.Old in
            if case .column(let name) = field { return .named(name.text) }
            return .term(try Self.term(field))
        }
        switch (old, new) {
        case (let old?, let new?): return .replace(old, new)
        case (let old?, nil): return .drop(old)
        case (nil, let new?): return .add(new)
        case (nil, nil): throw .internalFault("a change of no partition field")
        }
    }

    private static func term(_ field: PartitionField) throws(SQLError) -> PartitionTerm {
        switch field {
        case .column(let name): PartitionTerm(name.text)
        case .typed(let column): PartitionTerm(column.name.text)
        case .transform(let call, let span): try PartitionReading.term(call, at: span)
        }
    }

    // MARK: The order of rows

    /// As the property `sorted_by` has it. NULLs come first ascending and last descending unless NULLS says otherwise, as in Spark, whose
    /// statement this is.
    private static func order(_ items: [OrderItem], _ schema: Schema) throws(SQLError) -> String {
        var texts: [String] = []
        for item in items {
            guard case .name(let name) = item.expression.kind, name.parts.count == 1 else {
                throw SQLError.unsupported("WRITE ORDERED BY something that is no column", at: item.expression.span)
            }
            guard let index = schema.index(of: name.last.text) else {
                throw SQLError(
                    .undefinedColumn, "column \"\(name.last.text)\" does not exist", at: name.span,
                    hint: NearestName.find(name.last.text, among: schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
            }
            let isDescending = item.isDescending, nullsFirst = item.nullsFirst ?? !isDescending
            texts.append("\(schema.fields[index].name)\(isDescending ? " DESC" : "") NULLS \(nullsFirst ? "FIRST" : "LAST")")
        }
        return texts.joined(separator: ", ")
    }

    // MARK: Branches and tags

    private static func referenceChange(_ change: AlterTable.ReferenceChange) throws(SQLError) -> TableReferenceChange {
        let verb: TableReferenceChange.Verb =
            switch change.verb {
            case .create: .create
            case .createOrReplace: .createOrReplace
            case .replace: .replace
            case .drop: .drop
            case .fastForward: .fastForward(to: change.target?.text ?? "")
            }
        var result = TableReferenceChange(verb, change.name.text, isBranch: change.isBranch)
        result.isConditional = change.isConditional
        result.version = change.version.map { Int64($0) }
        result.maxAgeMillis = try change.retention.map { (time) throws(SQLError) in try millis(time, change) }
        if !change.isBranch, change.snapshotCount != nil || change.snapshotRetention != nil {
            throw SQLError(.syntaxError, "WITH SNAPSHOT RETENTION is of branches: a tag keeps one snapshot", at: change.name.span)
        }
        result.minVersions = change.snapshotCount.map { Int64($0) }
        result.maxVersionAgeMillis = try change.snapshotRetention.map { (time) throws(SQLError) in try millis(time, change) }
        return result
    }

    private static func millis(
        _ time: AlterTable.ReferenceChange.Time, _ change: AlterTable.ReferenceChange
    ) throws(SQLError) -> Int64 {
        let unit: Int64 = switch time.unit { case .days: 86_400_000; case .hours: 3_600_000; case .minutes: 60_000 }
        let (millis, overflow) = Int64(time.number).multipliedReportingOverflow(by: unit)
        guard !overflow, millis > 0 else {
            throw SQLError(
                .invalidParameterValue, "\(time.number) \(time.unit.rawValue) is no time to keep something", at: change.name.span)
        }
        return millis
    }
}
