/// Functions over the catalog that give rows.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let catalogSets: [ScalarFunction] = [
        catalog(
            "pg_get_keywords", "The words of the language, with what each may be used as.",
            [("(SELECT catcode FROM pg_get_keywords() WHERE word = 'select')", "R")],
            .row([], .list(keyword), canFail: false) { (call) throws(SQLError) in
                .list(call.catalog.keywords.map { word, letter in
                    let text = classes[letter] ?? ""
                    return .structure([
                        .text(word), .text(String(letter)), .boolean(true), .text(text), .text("can be bare label"),
                    ])
                })
            }),
        catalog(
            "pg_partition_ancestors", "The tables that a partition belongs to in PostgreSQL's sense: there are none.",
            [("(SELECT count(*) FROM pg_partition_ancestors(1))", "0")],
            .row([.catalog(.regclass)], .list(.catalog(.regclass)), canFail: false) { (_) throws(SQLError) in .list([]) }),
        catalog(
            "pg_options_to_table", "The names and values of options.",
            [("(SELECT option_value FROM pg_options_to_table(ARRAY['a=1']))", "1")],
            .row([.list(.varchar)], .list(option), canFail: false) { (call) throws(SQLError) in
                .list(call.list(0).map { option in
                    guard case .text(let text) = option else { return .structure([.null, .null]) }
                    let parts = text.string.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    return .structure([.text(String(parts[0])), parts.count > 1 ? .text(String(parts[1])) : .null])
                })
            }),
    ]

    private static let keyword = SQLType.structure([
        Field("word", .varchar), Field("catcode", .catalog(.char)), Field("barelabel", .boolean), Field("catdesc", .varchar),
        Field("baredesc", .varchar),
    ])
    private static let option = SQLType.structure([Field("option_name", .varchar), Field("option_value", .varchar)])

    private static let classes: [Character: String] = [
        "U": "unreserved", "C": "unreserved (cannot be function or type name)", "T": "reserved (can be function or type name)",
        "R": "reserved",
    ]
}
