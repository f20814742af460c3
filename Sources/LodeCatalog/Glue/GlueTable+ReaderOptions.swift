/// The reader options that a table carries, under one set of names.

import LodeFormats

extension GlueTable {
    /// Table properties, with the SerDe's own settings translated to the options of the format. An option that is given by its own
    /// name wins.
    package var readerProperties: [String: String] {
        let serde = storageDescriptor.serdeInfo?.parameters ?? [:], format = fileFormat
        var options: [String: String] = [:]
        for (name, option) in (format?.hadoop.options ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard options[option] == nil, let value = serde[name] ?? parameters[name] else { continue }
            if format?.hadoop.givens[name]?.contains(value) != true { options[option] = Self.unescape(value) }
        }
        if let text = parameters[Self.headerLines] ?? serde[Self.headerLines], let lines = Int(text), lines > 0 {
            options["header"] = "true"
            if lines > 1 { options["skip"] = String(lines - 1) }
        }
        return options.merging(serde) { own, _ in own }.merging(parameters) { _, given in given }
    }

    /// The same, with what the SerDe does where nothing is said: as Hive and Athena read the files.
    package var serdeProperties: [String: String] {
        let serde = storageDescriptor.serdeInfo?.serializationLibrary?.lowercased()
        let defaults = fileFormat?.hadoop.defaults.first { $0.key.lowercased() == serde }?.value ?? [:]
        return defaults.merging(readerProperties) { _, given in given }
    }

    /// - Source: Athena, "skip.header.line.count".
    private static let headerLines = "skip.header.line.count"

    /// `\t`, `\u0001` and the bare numbers that Hive writes for control characters.
    static func unescape(_ text: String) -> String {
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
