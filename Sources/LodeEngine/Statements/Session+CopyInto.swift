/// COPY INTO: rows of files, of each file once.

import LodeCatalog
import LodeCore
import LodeObjectStore
import LodeSyntax

extension Session {
    /// Adds the rows of files that the table has not taken yet. Which those are the catalog keeps, with the rows: a file that changes under
    /// the same name is not read again.
    func copyInto(
        _ path: String, _ span: SourceSpan, _ copy: Copy, _ once: Copy.Once, _ run: StatementRun
    ) throws(SQLError) -> StatementOutcome {
        guard case .table(let name, _) = copy.subject else { throw .internalFault("COPY INTO of a query") }
        let isForced = try isForced(once)
        // Another one may have read some of them meanwhile.
        let changed = try retrying { () throws(SQLError) -> ChangedRows? in
            let table = try writableTable(name, "INSERT", needing: .insert)
            let known = try catalog.loadedFiles(of: table.tableName), files = try found(path, span, once)
            let fresh = files.filter { !known.contains(StorePath.plain($0)) }, read = isForced ? files : fresh
            if read.isEmpty { return nil }
            let list = Expression(.array(read.map { .text($0, at: span) }), span: span)
            let insert = try insertion(of: list, read[0], span, copy)
            return try insertOnce(insert, loading: fresh.map { StorePath.plain($0) }).1
        }
        guard let changed else { return StatementOutcome(tag: "COPY 0") }
        return try finish(changed, [], tag: "COPY \(changed.receipt.rows)", run)
    }

    /// - Throws: `0A000` naming an option that is not obeyed.
    private func isForced(_ once: Copy.Once) throws(SQLError) -> Bool {
        let given = try properties(once.options)
        var isForced = false
        for property in once.options {
            let text = given[property.key.text] ?? ""
            guard let flag = SettingDefinition.boolean(text) else {
                throw SQLError(.invalidParameterValue, "\(property.key.text) must be true or false", at: property.key.span)
            }
            switch property.key.text.lowercased() {
            case "force": isForced = flag
            case "mergeschema" where !flag: break
            default: throw SQLError.unsupported("the option \(property.key.text) of COPY INTO", at: property.key.span)
            }
        }
        return isForced
    }

    /// The files that are meant: named ones, those of a pattern, or all that lie directly in a folder and are not hidden.
    private func found(_ path: String, _ span: SourceSpan, _ once: Copy.Once) throws(SQLError) -> [String] {
        do throws(SQLError) {
            try requireAccess(to: path)
            if !once.files.isEmpty { return once.files.map { StorePath.join(path, $0) } }
            var pattern = path
            if let given = once.pattern {
                pattern = StorePath.join(path, given)
            } else if !path.utf8.contains(where: { "*?[{".utf8.contains($0) }) {
                let (store, place) = try engine.stores.resolve(path)
                let isFile = try store.info(place).map { !$0.isFolder } ?? false
                if !isFile { pattern = StorePath.join(path, "*") }
            }
            return try engine.stores.expand([pattern]).map(\.path).filter { !["_", "."].contains(StorePath.name($0).prefix(1)) }
        } catch {
            throw error.at(span)
        }
    }
}
