// What the grammar offers at the cursor.
import Testing

@testable import LodeSyntax

@Suite struct CompletionTests {
    /// Text up to the cursor; keywords that must be offered; kinds of names that must be; a keyword that must not.
    static let cases: [(String, [String], [String], String)] = [
        ("", ["SELECT", "INSERT", "CREATE", "WITH", "SHOW"], [], "FROM t"), ("sel", ["SELECT"], [], "INSERT"),
        ("select ", ["DISTINCT", "CASE", "CAST"], ["column", "function"], "WHERE"),
        ("select a ", ["FROM", "AS", "WHERE"], ["alias"], "SELECT"),
        ("select a from ", ["LATERAL"], ["table", "function"], "WHERE"),
        ("select a from t ", ["WHERE", "JOIN", "LEFT", "GROUP"], ["alias"], "SET"),
        ("select a from t whe", ["WHERE"], [], "GROUP"), ("select a from t group ", ["BY"], [], "WHERE"),
        ("insert into ", [], ["table"], "SELECT"),
        ("insert into t ", ["VALUES", "SELECT", "DEFAULT"], [], "WHERE"), ("drop table ", ["IF"], ["table"], "CASCADE"),
        ("use ", [], ["schema"], "IF"),
        ("select cast(a as ", ["INT", "DECIMAL"], ["type"], "SELECT"), ("set ", ["LOCAL"], ["setting"], "TO"),
        ("create table t using ", [], ["format"], "AS"),
        ("select 1; sel", ["SELECT"], [], "INSERT"), ("select * from a join b ", ["ON", "USING"], [], "SET"),
        ("explain ", ["ANALYZE", "SELECT"], [], "BEGIN"),
    ]

    @Test(arguments: cases) func `what may follow is offered`(sql: String, keywords: [String], kinds: [String], absent: String) {
        let found = Completion.candidates(sql, cursor: sql.utf8.count)
        #expect(Set(keywords).isSubset(of: Set(found.keywords)))
        #expect(Set(kinds).isSubset(of: Set(found.nameKinds)))
        #expect(!found.keywords.contains(absent))
    }

    @Test func `nothing is offered after a mistake`() {
        let found = Completion.candidates("select from where ", cursor: 18)
        #expect(found.keywords.isEmpty && found.nameKinds.isEmpty)
    }

    @Test func `the word before the cursor, its qualifiers and the tables in scope are known`() {
        let sql = "select o.am from sales.orders as o join \"It\" on true, x"
        let found = Completion.candidates(sql, cursor: 11)
        #expect(found.partial == "am" && found.start == 9 && found.qualifiers == ["o"])
        #expect(
            found.tables == [
                .init(name: ["sales", "orders"], alias: "o"), .init(name: ["It"], alias: nil), .init(name: ["x"], alias: nil),
            ])
    }

    @Test func `inside a string only its beginning is known`() {
        let found = Completion.candidates("copy t to 'a/b", cursor: 14)
        #expect(found.isInString && found.partial == "'a/b")
    }

    @Test func `every statement has help that names its syntax`() throws {
        for name in ["SELECT", "INSERT", "CREATE TABLE", "COPY", "SET", "EXPLAIN", "MERGE"] {
            let text = try #require(Help.text(for: name.lowercased()))
            #expect(text.hasPrefix(name) && text.contains("Syntax:"))
        }
        #expect(Help.text(for: "nothing of the kind") == nil)
        #expect(Help.topics.count > 25)
        #expect(Help.topics.allSatisfy { $0.summary.hasSuffix(".") })
    }

    @Test func `keywords have PostgreSQL's classes`() {
        let codes = Dictionary(uniqueKeysWithValues: Help.keywords.map { ($0.word, $0.code) })
        #expect(codes["select"] == "R" && codes["between"] == "C" && codes["left"] == "T" && codes["name"] == "U")
    }
}
