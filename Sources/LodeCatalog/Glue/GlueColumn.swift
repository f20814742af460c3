/// One column in Glue's shape.

import LodeCore
import LodeTables

/// Name, Hive type string and comment.
/// - Source: AWS Glue Web API Reference, "Column".
package struct GlueColumn: Codable, Hashable, Sendable {
    package var name: String
    /// A type as `HiveTypeText` reads it: `array<int>`, `decimal(12,2)`.
    package var type: String
    package var comment: String?
    /// What SQL declares of the column beside its type; see `Fact`.
    package var parameters: [String: String]?

    enum CodingKeys: String, CodingKey {
        case name = "Name", type = "Type", comment = "Comment", parameters = "Parameters"
    }

    package init(name: String, type: String, comment: String? = nil, nullable: Bool = true) {
        self.name = name
        self.type = type
        self.comment = comment
        parameters = nullable ? nil : ["nullable": "false"]
    }

}

extension GlueColumn {
    /// Keys in `parameters`.
    private enum Fact {
        /// `false` marks NOT NULL.
        static let nullable = "nullable"
        /// The expression of DEFAULT, as SQL.
        static let defaultValue = "default"
        /// The expression of GENERATED ALWAYS AS … STORED, as SQL.
        static let generated = "generated"
        /// `always` or `by default`, start, step and what was reached, of an identity column.
        static let identity = "identity"
        /// `true` marks a column of a relation that ships with Lode which `*` does not show.
        static let hidden = "hidden"
    }

    package var nullable: Bool {
        get { parameters?[Fact.nullable] != "false" }
        set { set(Fact.nullable, newValue ? nil : "false") }
    }

    package var defaultValue: String? {
        get { parameters?[Fact.defaultValue] }
        set { set(Fact.defaultValue, newValue) }
    }

    package var generated: String? {
        get { parameters?[Fact.generated] }
        set { set(Fact.generated, newValue) }
    }

    package var identity: IdentityColumn? {
        get {
            let words = (parameters?[Fact.identity] ?? "").split(separator: ",")
            guard words.count >= 3, let start = Int64(words[1]), let step = Int64(words[2]), step != 0 else { return nil }
            return IdentityColumn(
                start: start, step: step, takesValues: words[0] == "by default",
                highWaterMark: words.count > 3 ? Int64(words[3]) : nil)
        }
        set {
            let numbers = newValue.map { [$0.start, $0.step] + [$0.highWaterMark].compactMap(\.self) }
            let text = numbers?.map { String($0) }.joined(separator: ",")
            set(Fact.identity, text.map { "\(newValue?.takesValues == true ? "by default" : "always"),\($0)" })
        }
    }

    /// Whether the column is there for who names it, and not part of `*`.
    package var isHidden: Bool { parameters?[Fact.hidden] == "true" }

    /// The n of `varchar(n)`, in characters.
    package var maximumLength: Int? { HiveTypeText.varcharLength(type) }

    /// The type as SQL writes it; `type` is what `self.type` stands for.
    package func typeText(_ type: SQLType) -> String { maximumLength.map { "\(type)(\($0))" } ?? unknownType ?? "\(type)" }

    /// A type that a catalog has from elsewhere, and nobody here knows.
    package var unknownType: String? { (try? HiveTypeText.read(type)) == nil ? type : nil }

    /// What a row gets that gives no value: the default, or how the column is generated.
    package var filling: String? { generated.map { "generated always as (\($0)) stored" } ?? defaultValue }

    private mutating func set(_ fact: String, _ value: String?) {
        var facts = parameters ?? [:]
        facts[fact] = value
        parameters = facts.isEmpty ? nil : facts
    }
}
