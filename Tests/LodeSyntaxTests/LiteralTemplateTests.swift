// What queries have in common that differ in the values they compare with.

import Testing

@testable import LodeSyntax

@Suite struct LiteralTemplateTests {
    private func template(_ sql: String) -> [String]? {
        LiteralTemplate(sql).map { template in
            [template.text] + template.literals.map { literal in
                switch literal {
                case .integer(let number): "\(number)"
                case .text(let text): "'\(text)'"
                }
            }
        }
    }

    @Test func literalsBehindComparisonsAreTakenOut() {
        #expect(template("select a from t where k = 17 and n <> 'it''s'") == ["select a from t where k = $1 and n <> $2", "17", "'it's'"])
        #expect(template("FROM t WHERE k>=007;;") == ["FROM t WHERE k>=$1", "7"])
    }

    @Test func allOtherLiteralsStay() {
        for sql in [
            "select a = 1 from t", "select 1 from t where k in (1, 2) order by 1 limit 5", "select a from t where k = -1",
            "select a from t where k = 1.5", "select a from t where k = 0x1F", "select a from t where d = date '2024-01-01'",
            "select a from t where n = E'\\n'", "select a from t where k = 1234567890123456789",
        ] { #expect(template(sql) == [sql]) }
    }

    @Test func whatIsNoSingleQueryHasNone() {
        for sql in [
            "", ";", "insert into t select 1", "select 1; select 2", "select a from t where k = $1", "select a from t where n = 'a'\n'b'",
            "select a from t where n = 'open", "select '" + String(repeating: "x", count: 9000) + "'",
        ] { #expect(template(sql) == nil) }
    }

    @Test func commentsAndBlanksArePartOfTheText() {
        #expect(template("select /* 1 = 1 */ a\n from t where k = 3 -- = 4") == ["select /* 1 = 1 */ a\n from t where k = $1", "3"])
    }
}
