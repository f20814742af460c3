/// `table_changes('orders', 3, 7)`: the rows that came and went between versions of a table, as a relation.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodeObjectStore
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables

extension CatalogRelation {
    /// The columns of the table, and `ChangeFeed.columns`: what is the same in all rows of a part is a partition column of its file.
    /// - Parameter kind: nil: rows of all kinds.
    static func make(
        _ name: String, _ feed: ChangeFeed, only kind: ChangeFeed.Kind? = nil, _ stores: StoreRegistry
    ) throws(SQLError) -> any Relation {
        let snapshot = feed.snapshot, own = ChangeFeed.columns
        let taken = snapshot.schema.fields.first { field in own.contains { $0.name == field.name.lowercased() } }
        if let taken { throw SQLError(.duplicateColumn, "the table has a column \"\(taken.name)\" of its own, which changes have too") }
        var files: [DataFile] = []
        for part in feed.parts where kind == nil || part.kind == kind {
            var file = part.file
            file.partitionColumns = (file.partitionColumns ?? snapshot.partitionColumns) + (part.kind == nil ? Array(own.dropFirst()) : own)
            if let kind = part.kind { file.partitionValues.append(.text(SQLText(kind.rawValue))) }
            file.partitionValues += [.integer(part.version), .timestamp(part.micros)]
            files.append(file)
        }
        let listing = FileListing(files: files, filesTotal: files.count)
        var matching = snapshot.columnMatching
        if case .mapped(let columns) = matching { matching = .mapped(columns + [MappedColumn(name: own[0].name, fileName: own[0].name)]) }
        let schema = Schema(snapshot.schema.fields.map { Field($0.name, $0.type) } + own)
        // Versions that are read keep their files as long as the listing is kept.
        return FilesRelation(
            displayName: name, schema: schema, format: try FileFormats.named(snapshot.fileFormat),
            options: options(snapshot, try FileFormats.named(snapshot.fileFormat)), stores: stores,
            partitionFields: snapshot.partitionColumns + own, matching: matching
        ) { [kept = feed.kept] _ in withExtendedLifetime(kept) { listing } }
    }
}

/// Rows that came and went where some of them only lie in other files now: what came and is among what went, version by version, is left
/// out.
struct CarriedRows {
    /// SQL over the relations `came` and `went`.
    private let query: Query
    private let came: any Relation
    private let went: any Relation

    init(_ name: String, _ feed: ChangeFeed, _ stores: StoreRegistry) throws(SQLError) {
        came = try CatalogRelation.make(name, feed, only: .insert, stores)
        went = try CatalogRelation.make(name, feed, only: .delete, stores)
        let columns = feed.snapshot.schema.fields.map(\.name), versions = ChangeFeed.columns.dropFirst().map(\.name)
        query = Self.query(columns, kind: ChangeFeed.columns[0].name, versions, at: SourceSpan(0, 0))
    }

    /// What is left of `went` without `came`, and of `came` without `went`.
    private static func query(_ columns: [String], kind: String, _ versions: [String], at span: SourceSpan) -> Query {
        func item(_ name: String) -> SelectItem { SelectItem(.column(name, at: span)) }
        func rows(_ relation: String) -> QueryBody {
            let name = QualifiedName([Identifier(relation, span: span)])
            let compared = (columns + versions).map { Expression.column($0, at: span) }
            return Query.selecting(compared, from: TableReference(.table(name, nil), alias: nil, span: span), at: span).body
        }
        func left(_ one: String, without other: String, _ name: ChangeFeed.Kind) -> QueryBody {
            let rest = SetOperation(operator: .except, isAll: true, isByName: false, operands: [rows(one), rows(other)], span: span)
            let source = Query(with: nil, body: .setOperation(rest), orderBy: nil, limit: nil, span: span)
            let told = SelectItem(.text(name.rawValue, at: span), as: Identifier(kind, isQuoted: true, span: span))
            let items = columns.map(item) + [told] + versions.map(item)
            return .select(
                Select(
                    quantifier: .all, items: items, from: [TableReference(.subquery(source, isLateral: false), alias: nil, span: span)],
                    where: nil, groupBy: nil, having: nil, qualify: nil, windows: [], sample: nil, span: span))
        }
        let both = SetOperation(
            operator: .union, isAll: true, isByName: false,
            operands: [left("went", without: "came", .delete), left("came", without: "went", .insert)], span: span)
        return Query(with: nil, body: .setOperation(both), orderBy: nil, limit: nil, span: span)
    }

    var view: ResolvedView { ResolvedView(path: ["table_changes"], query: query, columns: [], resolver: Names(came: came, went: went)) }

    private struct Names: RelationResolver {
        let came: any Relation
        let went: any Relation

        func table(_ name: QualifiedName, at time: TableTime?) throws(SQLError) -> ResolvedRelation? {
            .source(name.last.text == "came" ? came : went, path: [name.last.text])
        }

        func isFileFunction(_ name: String) -> Bool { false }
        func nearbyNames() -> [String] { [] }

        func fileFunction(
            _ name: String, arguments: [Value], named: [(name: String, value: Value)], span: SourceSpan
        ) throws(SQLError) -> any Relation { throw .internalFault("changes call no function") }

        func file(_ path: String, span: SourceSpan) throws(SQLError) -> any Relation { throw .internalFault("changes read no file") }
    }
}

extension Session {
    /// The rows that came and went in versions of a table.
    /// - Parameter snapshot: the table as the statement reads it.
    func changes(
        of table: GlueTable, _ snapshot: any TableSnapshot, from start: TableTime, through end: TableTime?
    ) throws(SQLError) -> ResolvedRelation {
        guard table.kind == .managed || table.kind == .external else {
            throw SQLError(.wrongObjectType, "\"\(table.name)\" is \(table.kind.noun), of which no changes are kept")
        }
        let feed = table.kind == .managed
            ? try managedChanges(of: table, snapshot, from: start, through: end) : try snapshot.changes(from: start, through: end)
        return try Self.relation("table_changes('\(table.tableName)')", feed, try stores(of: table))
    }

    static func relation(_ name: String, _ feed: ChangeFeed, _ stores: StoreRegistry) throws(SQLError) -> ResolvedRelation {
        if feed.hasCarriedRows { return .view(try CarriedRows(name, feed, stores).view) }
        return .source(try CatalogRelation.make(name, feed, stores), path: ["table_changes"])
    }

    /// Of a managed table the catalog keeps the versions.
    private func managedChanges(
        of table: GlueTable, _ snapshot: any TableSnapshot, from start: TableTime, through end: TableTime?
    ) throws(SQLError) -> ChangeFeed {
        let name = table.tableName
        let versions = Array(try catalog.versions(of: name).reversed().filter { $0.version <= snapshot.version })
        let places = try ChangeRange.places(from: start, through: end, in: versions.map(\.version)) { versions[$0].committedAt }
        guard let first = places.first, let last = places.last else { return ChangeFeed(snapshot) }
        // From before the first file is named until all are read.
        var before: (any TableSnapshot)?
        if first > 0 {
            before = try catalog.snapshot(of: name, at: .version(versions[first - 1].version))
        } else if versions[0].version > 1 {
            throw SQLError(
                .invalidParameterValue, "the changes of version \(versions[0].version) cannot be read",
                detail: "The version before it was removed by VACUUM.")
        }
        var feed = ChangeFeed(try catalog.snapshot(of: name, at: .version(versions[last].version)))
        if let before { feed.kept.append(before) }
        for place in places {
            let after = try catalog.snapshot(of: name, at: .version(versions[place].version))
            for field in after.schema.fields + (before?.schema.fields ?? []) where feed.snapshot.schema.index(of: field.name) == nil {
                throw SQLError.unsupported(
                    "reading the changes of versions in which \"\(table.name)\" had other columns",
                    hint: "It has no column \"\(field.name)\" any more. Let the range end before it went.")
            }
            try feed.addDifference(from: before, to: after, version: versions[place].version, micros: versions[place].committedAt)
            before = after
        }
        return feed
    }
}
