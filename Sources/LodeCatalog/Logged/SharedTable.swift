/// Tables with a log of their own in catalogs that other engines share.

import LodeCore
import LodeTables

extension IcebergSnapshot {
    /// As a version of a table that no catalog of Lode's numbers: all snapshots of one table have the same identity in this process, and
    /// tables of the warehouse, temporary ones and those of transactions have others.
    func identified() -> IcebergSnapshot {
        var own = self
        let version = TableVersion(
            table: .shared(metadata.uuid ?? metadata.location), version: version, definitionVersion: Int64(metadata.currentSchemaID))
        own.identity = version
        return own
    }
}

extension TableID {
    /// The table of another catalog that this text tells from all others.
    static func shared(_ text: String) -> TableID {
        var hasher = Hasher()
        hasher.combine(text)
        return TableID(Int64.min + Int64(hasher.finalize().magnitude >> 2))
    }

    /// Whether no catalog of Lode's counts it.
    var isShared: Bool { number < Int64.min / 2 }
}
