// The traps of ordered choice, looked for in the grammar itself.
import Testing

@testable import LodeSyntax

@Suite struct GrammarLintTests {
    let definition: GrammarDefinition

    init() throws {
        definition = try GrammarReader.read(GrammarFile.embedded, keywords: GrammarFile.embeddedKeywords)
    }

    private static func compile(_ text: String) throws -> CompiledGrammar {
        let keywords = Array("word,class\nselect,reserved\nfrom,reserved\nname,unreserved\n".utf8)
        return try GrammarCompiler.compile(
            GrammarReader.read([GrammarFile(name: "test", text: Array(text.utf8))], keywords: keywords))
    }

    @Test func `the embedded grammar compiles`() throws {
        let grammar = try Grammar.loaded.get()
        #expect(grammar.statementRule > 0 && grammar.expressionRule > 0 && grammar.typeRule > 0)
    }

    @Test(arguments: [
        ("a = a SELECT\n", "begins with itself"), ("a = b\nb = a? SELECT\n", "begins with itself"), ("a = SELCT\n", "not in keywords.csv"),
        ("a = b\n", "not defined"), ("a = SELECT\na = FROM\n", "defined twice"), ("a = SELECT (FROM\n", "expected )"),
        ("a = (b?)* SELECT\nb = FROM\n", "match nothing"),
        ("a = @x\n", "unknown"), ("a = '++++++'\n", "one to four"),
        ("operators t over a\n  left x = SELECT _\na = FROM\n", "does not begin with _"), ("a = _\n", "outside"),
        ("a = SELECT &(SELECT FROM)\n", "one token"),
    ]) func `mistakes in a grammar are found when it is loaded`(text: String, message: String) {
        #expect(performing: { try Self.compile(text) }, throws: { "\($0)".contains(message) })
    }

    @Test func `an alternative that can match nothing is the last`() throws {
        var analysis = try GrammarAnalysis(definition)
        for (index, pattern) in definition.patterns.enumerated() where pattern.kind == .choice {
            for alternative in definition.children(of: Int32(index)).dropLast() {
                #expect(try !analysis.first(alternative).nullable, "pattern \(index)")
            }
        }
    }

    @Test func `optional names leave alone the keywords that may follow`() throws {
        var analysis = try GrammarAnalysis(definition)
        let found = try analysis.greedyNames()
        #expect(found == [])
    }

    @Test(arguments: [
        ("a = @x? NAME\n", 1), ("a = (@x '.')? NAME\n", 0),
        ("a = (!NAME @x)? NAME\n", 0), ("a = @x? FROM\n", 0), ("a = b? FROM?\nb = @x c\nc = NAME? @x\n", 0),
    ])
    func `an optional name before an unreserved keyword is found`(text: String, count: Int) throws {
        let keywords = Array("word,class\nfrom,reserved\nname,unreserved\n".utf8)
        let file = GrammarFile(name: "test", text: Array(("name @x = ident unreserved\n" + text).utf8))
        var analysis = try GrammarAnalysis(try GrammarReader.read([file], keywords: keywords))
        #expect(try analysis.greedyNames().count == count)
    }

    /// Alternatives that begin alike and both nest: each was looked at. The first fails within a few tokens, or what they
    /// share is remembered (`memo`), or it is not nested in itself; the failure budget is behind them all.
    static let knownSharedPrefixes: Set<String> = [
        // The second word tells them apart.
        "explainable: update, merge", "statement: explainable, definition_statement", "add_columns: 1, 2", "primary: map, call",
        "primary: columns_star, call", "group_item: cube, expr", "group_item: rollup, expr", "group_item: grouping_sets, expr",
        "frame: 0, bound",
        // What follows ALTER TABLE and a name does.
        "statement: definition_statement, maintenance_statement",
        // WITH is read again for each, but only at the start of a statement.
        "explainable: query, insert", "explainable: query, update", "explainable: query, delete", "explainable: query, merge",
        "explainable: insert, update", "explainable: insert, delete", "explainable: insert, merge", "explainable: update, delete",
        "explainable: delete, merge",
        // Behind ADD, DROP and REPLACE a word or two tell them apart.
        "alter_table: add_partition_field, add_columns", "alter_table: add_partition_field, add_partitions",
        "alter_table: drop_partition_field, drop_partitions", "alter_table: replace_partition_field, replace_columns",
        // A parenthesis decides; definitions do not nest in themselves.
        "partition_field: transform, column_definition", "star_replace: 0, star_replacement", "table_atom: function_table, named_table",
    ]

    @Test func `no alternatives that begin alike both nest, but for the known`() throws {
        var analysis = try GrammarAnalysis(definition)
        // What nests in a column is after its `.*`.
        let found = try analysis.sharedPrefixes().subtracting(Self.knownSharedPrefixes).filter { !$0.hasSuffix(", column") }
            .sorted()
        #expect(found == [])
    }

    @Test func `every rule is reached`() throws {
        var reached: Set<Int> = []
        var queue = ["statement", "whole_expression", "whole_type"].compactMap { definition.rule(named: $0) }
        func visit(_ node: Int32) {
            let pattern = definition.patterns[Int(node)]
            if pattern.kind == .rule { queue.append(Int(pattern.value)) }
            for child in definition.children(of: node) { visit(child) }
        }
        while let rule = queue.popLast() {
            guard reached.insert(rule).inserted else { continue }
            let found = definition.rules[rule]
            guard found.table >= 0 else { visit(found.pattern); continue }
            let table = definition.tables[Int(found.table)]
            queue.append(table.atom)
            for operation in table.operators { queue.append(operation.rule) }
        }
        let lost = definition.rules.indices.filter { !reached.contains($0) }.map { definition.rules[$0].name }
        #expect(lost == [])
    }

    @Test func `every kind of name is used`() {
        let used = Set(definition.patterns.filter { $0.kind == .name }.map { Int($0.value) })
        #expect(definition.names.indices.filter { !used.contains($0) }.map { definition.names[$0].name } == [])
    }

    @Test func `the transform knows no rule or word that the grammar lacks`() throws {
        let names = Set(definition.rules.map(\.name))
        #expect(Rule.allCases.filter { $0 != .untagged && !names.contains($0.rawValue) } == [])
        let words = Set(definition.vocabulary.spellings.filter { definition.usedTerminals.contains($0.1) }.map(\.0))
        #expect(Word.allCases.filter { $0 != .other && $0 != .absent && !words.contains($0.rawValue) } == [])
    }

    @Test func `every statement is documented`() throws {
        let statement = try #require(definition.rule(named: "statement"))
        func alternatives(_ rule: Int) -> [Int] {
            definition.children(of: definition.rules[rule].pattern).map { Int(definition.patterns[Int($0)].value) }
        }
        // A kind of statement is a choice of its statements.
        let kinds = alternatives(statement).filter { definition.rules[$0].label == "statement" }
        let statements = alternatives(statement).filter { !kinds.contains($0) } + kinds.flatMap(alternatives)
        #expect(statements.count > 40)
        #expect(statements.filter { definition.rules[$0].doc.isEmpty }.map { definition.rules[$0].name } == [])
    }
}
