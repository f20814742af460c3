/// What Glue keeps of a table's past: its definitions.

import LodeCloud
import LodeCore

extension GlueCatalog {
    /// Those that were not changed in passing (SkipArchive), by whomever.
    package func definitions(of name: TableName) throws(SQLError) -> [GlueTable]? {
        var request = tableRequest(name), found: [(version: Int64, table: GlueTable)] = []
        request[member: "MaxResults"] = 100
        do throws(SQLError) {
            try pages("GetTableVersions", request) { answer in
                for item in answer["TableVersions"]?.items ?? [] {
                    guard let json = item["Table"], var table = GlueTable(json) else { continue }
                    table.versionId = item["VersionId"]?.string ?? table.versionId
                    found.append((table.versionId.flatMap { Int64($0) } ?? -1, table))
                }
            }
        } catch {
            if error.state == .undefinedObject { throw try missingTable(name) }
            throw error
        }
        return found.sorted { $0.version > $1.version }.map(\.table)
    }
}

extension GlueTable {
    /// What made this definition of an earlier one, in the words of SQL; nil if that can't be told.
    /// - Parameter before: nil for the first that is known.
    package func operation(after before: GlueTable?) -> String? {
        guard let before else {
            // The first one of all: nobody has changed it.
            return updateTime == nil || updateTime == createTime ? "CREATE TABLE" : nil
        }
        var words: [String] = []
        let old = before.storageDescriptor, new = storageDescriptor
        if new.columns != old.columns || partitionKeys != before.partitionKeys {
            let isLonger = new.columns.starts(with: old.columns) && partitionKeys == before.partitionKeys
            words.append(isLonger ? "ADD COLUMNS" : "REPLACE COLUMNS")
        }
        if new.location != old.location { words.append("SET LOCATION") }
        if new.serdeInfo != old.serdeInfo || new.inputFormat != old.inputFormat { words.append("SET SERDE") }
        if parameters != before.parameters { words.append("SET TBLPROPERTIES") }
        if description != before.description { words.append("COMMENT") }
        return words.isEmpty ? "UPDATE" : words.joined(separator: ", ")
    }
}
