/// The numbers that a writer gave to a file's columns.

extension ParquetFooter {
    /// Aligned with the columns; empty where they can't be told.
    /// - Source: Parquet format, `SchemaElement.field_id`.
    var fieldIDs: [Int?] {
        let elements = metaData.schema
        var ids: [Int?] = []
        var position = 1
        while position < elements.count {
            let id = elements[position].fieldID.map { Int($0) }
            // Elements of the column that are still to come, depth first.
            var open = 1
            var hasLeaf = false
            while open > 0, position < elements.count {
                hasLeaf = hasLeaf || elements[position].type != nil
                open = open &- 1 &+ max(0, elements[position].childCount ?? 0)
                position += 1
            }
            // Groups without leaves are no columns.
            if hasLeaf { ids.append(id) }
        }
        return ids.count == columns.count ? ids : []
    }
}
