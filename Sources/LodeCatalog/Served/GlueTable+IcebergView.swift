/// Views of the embedded catalog as Iceberg's clients read them.

import LodeCore
import LodeTables

extension GlueTable {
    /// The view's metadata document. Its text is Lode's SQL, and says so: other engines know the view's name and columns.
    package func icebergView() throws(SQLError) -> [UInt8] {
        var properties = parameters.filter { !$0.key.hasPrefix(TableParameter.ownPrefix) }
        properties[TableParameter.comment] = comment
        let digits = String(UInt64(bitPattern: number ?? 0), radix: 16)
        let uuid = "00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits.suffix(12)
        return try IcebergViewDocument.bytes(
            uuid: uuid, columns: try schema().fields, sql: viewOriginalText ?? "", dialect: IcebergView.ownDialect,
            namespace: IcebergNamespace(database: databaseName).levels, millis: (updateTime ?? createTime ?? 0) / 1000,
            summary: parameters.filter { $0.key == TableParameter.searchPath }, properties: properties)
    }
}
