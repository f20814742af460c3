/// What `\df`, the manual, completion and the tests know of a function.

/// A call as SQL and the text of its result; "NULL" is SQL's NULL. Every example is run by the tests.
package struct FunctionExample: Sendable {
    package var call: String
    package var result: String

    package init(_ call: String, _ result: String) {
        self.call = call
        self.result = result
    }
}

/// Name and manual entry, shared by scalar, aggregate, window and table functions.
package struct FunctionDocumentation: Sendable {
    package var name: String
    package var aliases: [String]
    /// The family, as the manual groups functions: "text", "date and time", …
    package var family: String
    package var summary: String
    /// Where the meaning is defined: "PostgreSQL 17, 9.4", "Trino", "DuckDB".
    package var source: String
    package var examples: [FunctionExample]

    package init(
        _ name: String, aliases: [String] = [], family: String, _ summary: String, source: String,
        examples: [FunctionExample]
    ) {
        self.name = name
        self.aliases = aliases
        self.family = family
        self.summary = summary
        self.source = source
        self.examples = examples
    }
}
