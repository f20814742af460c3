/// Tables that are nothing but folders of files.

import LodeCore

/// The format of external tables over plain files: what is in the folder is the table.
///
/// Files may lie at any depth. Hidden ones (`.…`, `_…`) do not count. Partition columns come from `key=value` folders, or
/// from the partitions that the catalog has registered. There are no versions and no isolation from other writers.
package struct HiveFormat: TableFormat {
    package init() {}

    package var name: String { "hive" }

    package func snapshot(of table: TableDefinition, at time: TableTime?, io: any TableIO) throws(SQLError) -> any TableSnapshot {
        if time != nil { throw SQLError.unsupported("time travel on a folder of files") }
        return HiveSnapshot(table: table, io: io)
    }
}
