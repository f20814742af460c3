/// Table properties that other engines act upon and Lode does not.

import LodeCatalog
import LodeCore
import LodeSyntax
import LodeTables

/// Properties are free: they are kept and shown, and those that readers and writers know are obeyed. What would change the table's
/// rows elsewhere and is not done here is refused.
enum TableProperties {
    private struct Lacking {
        /// A name, or with a point at its end how names begin.
        var name: String
        /// The values that ask for nothing.
        var harmless: Set<String> = []
    }

    private static let lacking: [Lacking] = [
        Lacking(name: "projection.", harmless: ["false"]), Lacking(name: "storage.location.template"),
        Lacking(name: "skip.footer.line.count", harmless: ["0"]), Lacking(name: "transactional", harmless: ["false"]),
        Lacking(name: "transactional_properties"), Lacking(name: "orc."), Lacking(name: "avro."), Lacking(name: "hudi."),
        Lacking(name: "delta."),
        Lacking(name: "write.format.default", harmless: ["parquet"]), Lacking(name: "bucketing_format"), Lacking(name: "bucketed_by"),
        Lacking(name: "bucket_count"), Lacking(name: "has_encrypted_data", harmless: ["false"]),
    ]

    /// What is done for tables of Hive's catalogs.
    private static func isKnownOfHive(_ name: String) -> Bool { name.hasPrefix("projection.") || name == "storage.location.template" }

    /// - Parameters:
    ///   - isHive: whether the table is in a catalog whose tables are Hive's.
    ///   - format: that of the table's log, if it keeps one.
    /// - Throws: `0A000` naming the property, `42501` for one of Lode's own.
    static func check(
        _ properties: [String: String], isHive: Bool, of format: (any TableFormat)? = nil, at span: SourceSpan?
    ) throws(SQLError) {
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            let folded = name.lowercased()
            if folded.hasPrefix(TableParameter.ownPrefix) {
                throw SQLError(.insufficientPrivilege, "the property \"\(name)\" is Lode's own and cannot be set", at: span)
            }
            let refused = lacking.first { $0.name.hasSuffix(".") ? folded.hasPrefix($0.name) : folded == $0.name }
            if isHive, isKnownOfHive(folded) { continue }
            // A format that is written looks at its own.
            if let format = format as? any WritableTableFormat, folded.hasPrefix(format.name + ".") { continue }
            if let refused, !refused.harmless.contains(value.lowercased()) {
                throw .unsupported("the table property \"\(name)\" = '\(value)'", at: span)
            }
        }
    }

    /// - Throws: `0A000` for a property that files of the table depend on, `42501` for one of Lode's own.
    static func checkRemoval(_ names: [Identifier], of format: (any TableFormat)?) throws(SQLError) {
        for name in names {
            let folded = name.text.lowercased()
            if folded.hasPrefix(TableParameter.ownPrefix) { try check([name.text: ""], isHive: true, at: name.span) }
            if format != nil, folded.hasPrefix("delta.columnmapping.") {
                throw .unsupported("taking the property \"\(name.text)\" away", at: name.span, hint: "The table's files depend on it.")
            }
        }
    }
}
