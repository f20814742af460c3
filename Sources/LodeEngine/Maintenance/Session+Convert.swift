/// CONVERT.

import LodeCatalog
import LodeCore
import LodeFormats
import LodeObjectStore
import LodePlanner
import LodeSyntax
import LodeTables

extension Session {
    /// Writes a log beside the files of a folder, which stay where they are.
    func convert(_ convert: Convert) throws(SQLError) -> StatementOutcome {
        let span = convert.format.span
        try requireAutocommit("CONVERT", at: span)
        guard let format = (try? TableFormats.named(convert.format.text.lowercased())) as? any WritableTableFormat else {
            throw SQLError.unsupported("CONVERT TO \(convert.format.text)", at: span)
        }
        guard format.adoptsFiles else { throw SQLError.unsupported("CONVERT TO \(format.name)", at: span) }
        let (table, location, place) = try source(of: convert)
        let stores = try table.map { (table) throws(SQLError) in try self.stores(of: table) } ?? engine.stores
        do throws(SQLError) {
            let io = StoreTableIO(stores)
            var notices: [String] = []
            if try format.isThere(in: location, io: io) {
                notices.append("\"\(location)\" is a \(format.name) table already")
            } else {
                // Partitions that lie elsewhere, or that were dropped though their files stayed, are known to the catalog alone.
                let own = try table.map { (table) throws(SQLError) in
                    Set(try catalog.snapshot(of: table.tableName).plan(nil).files.map { StorePath.plain($0.path) })
                }
                try adopt(location, as: format, partitions(of: convert, table), own, convert.collectsStatistics, stores, io)
            }
            if let table {
                let converted = try registered(format, table.tableName, location, [:], stores)
                try catalog.commit(.create(try made(converted, replacing: true), ifExists: .replace))
            } else {
                notices.append("CREATE TABLE … USING \(format.name) LOCATION '\(location)' gives it a name")
            }
            return StatementOutcome(tag: "CONVERT", notices: notices)
        } catch {
            throw error.at(place)
        }
    }

    /// The folder, and the table of it if one is named.
    private func source(of convert: Convert) throws(SQLError) -> (GlueTable?, location: String, SourceSpan) {
        switch convert.source {
        case .folder(let path, let span): return (nil, try folder(path, span), span)
        case .name(let name):
            if name.parts.count == 2, name.parts[0].text.lowercased() == FileFormats.parquet.name,
                try catalog.database(name.parts[0].text) == nil
            {
                return (nil, try folder(name.last.text, name.span), name.span)
            }
            let table = try existingTable(name)
            try requireOwner(of: table, at: name.span)
            guard table.kind == .external, table.loggedFormat == nil || table.writableFormat != nil,
                try catalog.attachedCatalog(of: table.databaseName) == nil, let location = table.storageDescriptor.location
            else {
                throw SQLError.unsupported(
                    "CONVERT of \"\(table.name)\", \(table.kind.noun)", at: name.span,
                    hint: "CREATE TABLE … USING \(convert.format.text) AS SELECT … copies its rows.")
            }
            guard table.fileFormat?.name == FileFormats.parquet.name else {
                throw SQLError.unsupported("CONVERT of a table that is not of Parquet files", at: name.span)
            }
            return (table, StorePath.withoutTrailingSlash(try engine.stores.resolve(location).path), name.span)
        }
    }

    private func folder(_ path: String, _ span: SourceSpan) throws(SQLError) -> String {
        do throws(SQLError) {
            try requireAccess(to: path)
            return StorePath.withoutTrailingSlash(try engine.stores.resolve(path).path)
        } catch {
            throw error.at(span)
        }
    }

    /// What is said of the partition columns, or what the table says.
    private func partitions(of convert: Convert, _ table: GlueTable?) throws(SQLError) -> [Field] {
        if convert.partitionedBy.isEmpty { return try table?.partitionFields() ?? [] }
        var elements = TableElements(TableName("main", "converted"))
        for field in convert.partitionedBy {
            guard case .typed(let column) = field else {
                throw SQLError(
                    .syntaxError, "a partition column needs its type", at: convert.format.span, hint: "PARTITIONED BY (day date).")
            }
            try elements.add(column)
        }
        return elements.schema.fields
    }

    /// Publishes the first version of a table whose files are there.
    private func adopt(
        _ location: String, as format: any WritableTableFormat, _ partitions: [Field], _ own: Set<String>?, _ collectsStatistics: Bool,
        _ stores: StoreRegistry, _ io: any TableIO
    ) throws(SQLError) {
        let found = try AdoptedFiles(in: location, partitions, stores, format, collectsStatistics: collectsStatistics)
        if let own, own != Set(found.files.map({ StorePath.plain($0.path) })) {
            throw SQLError.unsupported(
                "CONVERT of a table whose files are not those of its folder",
                hint: "MSCK REPAIR TABLE … SYNC PARTITIONS makes its partitions those that lie there.")
        }
        var change = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        change.added = found.files
        let declaration = TableDeclaration(
            columns: found.schema.fields.map { TableDeclaration.Column($0) }, partitionColumns: found.partitionColumns.map(\.name))
        try format.check(declaration)
        var commit = TableCommit(change, declaration: declaration, operation: "CONVERT")
        commit.adoptsFiles = true
        _ = try format.commit(commit, to: nil, in: location, io: io)
    }
}
