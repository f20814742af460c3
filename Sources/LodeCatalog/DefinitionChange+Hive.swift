/// Changes to external tables that Hive and Athena have: only what is said of the files changes.

import LodeCore

extension GlueTable {
    /// - Throws: `42703` for a column that is not there, `42701` for one that is there twice, `42704` for a property that is not there.
    mutating func applyHive(_ change: DefinitionChange) throws(SQLError) {
        switch change {
        case .removeProperties(let names, let ifExists):
            for name in names where parameters.removeValue(forKey: name) == nil && !ifExists {
                throw SQLError(
                    .undefinedObject, "table \"\(self.name)\" has no property \"\(name)\"",
                    hint: NearestName.find(name, among: parameters.keys.sorted()).map { "Did you mean \"\($0)\"?" })
            }
        case .setSerDeProperties(let properties):
            var serde = storageDescriptor.serdeInfo ?? SerDeInfo(serializationLibrary: nil, parameters: nil)
            serde.parameters = (serde.parameters ?? [:]).merging(properties) { _, new in new }
            storageDescriptor.serdeInfo = serde
        case .replaceColumns(let columns):
            storageDescriptor.columns = columns
            parameters[TableParameter.columnOrder] = nil
            try requireDistinctColumns()
        case .changeColumn(let name, let new): try changeColumn(name, to: new)
        default: break
        }
    }

    private mutating func changeColumn(_ name: String, to new: GlueColumn) throws(SQLError) {
        let old = try column(called: name)
        guard let index = storageDescriptor.columns.firstIndex(of: old) else {
            throw SQLError.unsupported("changing the partition column \"\(old.name)\"", hint: "Its values are in the names of folders.")
        }
        var new = new
        if new.comment == nil { new.comment = old.comment }
        storageDescriptor.columns[index] = new
        if let text = parameters[TableParameter.columnOrder], let order = JSONText.readNames(text) {
            parameters[TableParameter.columnOrder] = JSONText.write(order.map { $0 == old.name ? new.name : $0 })
        }
        try requireDistinctColumns()
    }

    private func requireDistinctColumns() throws(SQLError) {
        var seen: Set<String> = []
        for column in storageDescriptor.columns + partitionKeys where !seen.insert(column.name.lowercased()).inserted {
            throw SQLError(.duplicateColumn, "column \"\(column.name)\" of relation \"\(name)\" already exists")
        }
    }
}
