/// VACUUM.

import LodeCatalog
import LodeCore
import LodeSyntax

extension Session {
    /// Each file that went, or in a dry run would go. Tables that were passed over are told in notices.
    func vacuum(_ vacuum: Vacuum, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        try requireAutocommit("VACUUM", at: vacuum.table?.span)
        var request = VacuumRequest(isDryRun: vacuum.isDryRun)
        request.retention = vacuum.retention
        request.mayBeShort = settings["vacuum_retention_check"] == "off"
        request.part =
            switch vacuum.part {
            case .everything: .everything
            case .versions: .versions
            case .orphans: .orphans
            }
        let passedOver = Lock<[String]>([])
        request.passesOver = { name, error in
            let why = [error.message, error.detail].compactMap(\.self).joined(separator: ". ")
            passedOver.withLock { $0.append("table \"\(name)\" was passed over: \(why)") }
        }
        let files: [VacuumedFile]
        do throws(SQLError) {
            if let name = vacuum.table {
                let table = try existingTable(name)
                try requireOwner(of: table, at: name.span)
                request.table = table.tableName
            } else {
                try requireSuperuser("vacuum all tables")
            }
            files = try catalog.vacuum(request)
        } catch {
            throw error.at(vacuum.table?.span)
        }
        let rows: [[Value]] = files.map { file in
            let table: Value = if let name = file.table { .text("\(name)") } else { .null }
            return [table, .text(SQLText(file.path)), .integer(Int64(file.bytes)), .text(SQLText(file.reason))]
        }
        var outcome = try give(Self.vacuumedFields, rows, to: run.sink, tag: "VACUUM")
        outcome.notices = passedOver.withLock { $0 }
        return outcome
    }
}
