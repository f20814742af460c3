/// How Hive, Glue and Athena call a file format.

import LodeCore

/// The class names of a storage descriptor. The first of several is what new tables get.
///
/// - Source: Hive, "SerDe Overview"; Athena, "Supported data formats".
package struct HadoopClasses: Sendable {
    /// `STORED AS` words beside the format's own name.
    package var words: [String]
    package var inputFormats: [String]
    package var outputFormats: [String]
    package var serdes: [String]
    /// SERDEPROPERTIES, and table properties of the same meaning: the option of reading that each stands for.
    package var options: [String: String]
    /// SERDEPROPERTIES that may stand there with one of these values, which is what reading does anyway.
    package var givens: [String: Set<String>]
    /// By SerDe: the options of reading that hold for its tables unless these say otherwise, so that nothing is found out from files.
    package var defaults: [String: [String: String]]

    package init(
        words: [String] = [], inputFormats: [String], outputFormats: [String], serdes: [String], options: [String: String] = [:],
        givens: [String: Set<String>] = [:], defaults: [String: [String: String]] = [:]
    ) {
        self.words = words
        self.inputFormats = inputFormats
        self.outputFormats = outputFormats
        self.serdes = serdes
        self.options = options
        self.givens = givens
        self.defaults = defaults
    }

    /// The classes of formats whose files are lines of text.
    static let textInput = ["org.apache.hadoop.mapred.TextInputFormat"]
    static let textOutput = [
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat", "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat",
    ]
    /// Quotes around fields; texts are never NULL.
    package static let openCSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
    /// No quotes; what `ROW FORMAT DELIMITED` means.
    package static let lazySimple = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
}

extension FileFormats {
    /// The format that `STORED AS word` means; nil if it is none of ours.
    package static func storedAs(_ word: String) -> (any FileFormat)? {
        let folded = word.lowercased()
        return all.first { $0.name == folded || $0.aliases.contains(folded) || $0.hadoop.words.contains(folded) }
    }

    /// The format whose files a SerDe class reads.
    package static func serde(_ name: String) -> (any FileFormat)? { all.first { contains($0.hadoop.serdes, name) } }

    /// The formats whose files an input format class splits: several for lines of text.
    package static func inputFormat(_ name: String) -> [any FileFormat] { all.filter { contains($0.hadoop.inputFormats, name) } }

    package static func outputFormat(_ name: String) -> [any FileFormat] { all.filter { contains($0.hadoop.outputFormats, name) } }

    private static func contains(_ classes: [String], _ name: String) -> Bool {
        let folded = name.lowercased()
        return classes.contains { $0.lowercased() == folded }
    }
}
