/// What maintenance statements return.

import LodeCore
import LodeSyntax

extension Session {
    static let optimizedFields = ["files_removed", "files_added", "bytes_removed", "bytes_added", "version"].map { Field($0, .bigint) }
    /// As Delta's own RESTORE tells it.
    static let restoredFields = [
        "table_size_after_restore", "num_of_files_after_restore", "num_removed_files", "num_restored_files", "removed_files_size",
        "restored_files_size", "version",
    ].map { Field($0, .bigint) }
    static let vacuumedFields = [
        Field("table_name", .varchar), Field("path", .varchar), Field("bytes", .bigint), Field("reason", .varchar),
    ]

    static let manifestFields = ["rewritten_manifests_count", "added_manifests_count"].map { Field($0, .bigint) }

    /// The columns of a statement's result, before it runs; nil if it returns none.
    func columns(of statement: MaintenanceStatement) throws(SQLError) -> [Field]? {
        switch statement {
        case .optimize: Self.optimizedFields
        case .restore: Self.restoredFields
        case .vacuum: Self.vacuumedFields
        case .rewriteManifests: Self.manifestFields
        case .convert, .undrop: nil
        case .execute(let execute):
            try Procedure.alteration(of: execute, self) == nil ? try columns(of: try Procedure.statement(of: execute, self)) : nil
        }
    }
}
