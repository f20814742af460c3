/// The reader options that a table carries, under one set of names.

extension GlueTable {
    /// Table properties, with the SerDe's own settings translated to the options of `read_csv` (`delim`, `quote`, `escape`,
    /// `header`, `skip`, `nullstr`). An option that is given by its own name wins.
    /// - Source: Hive `OpenCSVSerde` and `LazySimpleSerDe` properties; Athena "skip.header.line.count".
    package var readerProperties: [String: String] {
        let serde = storageDescriptor.serdeInfo?.parameters ?? [:]
        var options: [String: String] = [:]
        for (name, option) in Self.serdeOptions {
            if let value = serde[name] ?? parameters[name] { options[option] = Self.unescape(value) }
        }
        if let text = parameters["skip.header.line.count"] ?? serde["skip.header.line.count"], let lines = Int(text), lines > 0 {
            options["header"] = "true"
            if lines > 1 { options["skip"] = String(lines - 1) }
        }
        return options.merging(serde) { own, _ in own }.merging(parameters) { _, given in given }
    }

    private static let serdeOptions = [
        ("field.delim", "delim"), ("serialization.format", "delim"), ("separatorChar", "delim"), ("quoteChar", "quote"),
        ("escape.delim", "escape"), ("escapeChar", "escape"), ("serialization.null.format", "nullstr"),
    ]

    /// `\t`, `\u0001` and the bare numbers that Hive writes for control characters.
    private static func unescape(_ text: String) -> String {
        switch text {
        case "\\t": return "\t"
        case "\\n": return "\n"
        case "\\\\": return "\\"
        default: break
        }
        if text.hasPrefix("\\u"), let code = UInt32(text.dropFirst(2), radix: 16), let scalar = Unicode.Scalar(code) {
            return String(Character(scalar))
        }
        if text == "1" { return "\u{1}" }
        return text
    }
}
