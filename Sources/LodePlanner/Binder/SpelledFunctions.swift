/// Which function each construct with a syntax of its own stands for.

import LodeSyntax

/// Names in the function registry. Where several are listed the first that is registered is taken.
enum SpelledFunctions {
    static let pattern: [PatternOperator: String] = [
        .like: "like", .ilike: "ilike", .similar: "similar_to", .glob: "glob", .regex: "~", .regexIgnoringCase: "~*",
    ]
    /// Fields of EXTRACT that are functions of their own, with whole results.
    static let wholeFields: Set<String> = [
        "year", "month", "day", "quarter", "week", "isoyear", "dow", "isodow", "doy", "decade", "century", "millennium", "era", "hour",
        "minute",
    ]
    static let extract = ["date_part", "extract"]
    static let position = ["strpos", "instr"]
    static let substring = ["substring", "substr"]
    static let trimBoth = ["btrim", "trim"]
    static let trimLeading = ["ltrim"]
    static let trimTrailing = ["rtrim"]
    static let overlay = ["overlay"]
    static let zone = ["timezone", "at_timezone"]
    static let list = ["list_value", "array_value", "list_pack", "array"]
    static let listElement = ["list_extract", "element_at", "list_element", "array_extract"]
    static let mapElement = ["element_at", "map_extract_value", "map_extract"]
    static let slice = ["list_slice", "array_slice"]
    static let matches = ["regexp_matches", "regexp_like", "~"]
}
