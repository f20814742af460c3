/// How rows of Iceberg tables keep their numbers.

import LodeCore

extension IcebergSnapshot {
    /// Tables from version 3 on number their rows.
    /// - Source: Iceberg spec, "Row Lineage", "Reserved Field IDs".
    var rowLineage: RowLineage? {
        guard metadata.formatVersion >= 3 else { return nil }
        func column(_ name: String, _ id: Int) -> MappedColumn { MappedColumn(name: name, fileName: name, fieldID: id) }
        return RowLineage(
            id: column("_row_id", 2_147_483_540), change: column("_last_updated_sequence_number", 2_147_483_539), beside: schema)
    }
}
