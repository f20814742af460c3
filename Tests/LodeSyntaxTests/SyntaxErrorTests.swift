// Wrong statements: where the error points, what it says, and what it proposes.
import LodeCore
import Testing

@testable import LodeSyntax

@Suite struct SyntaxErrorTests {
    /// SQL with the culprit between `«»`; the message, what the detail contains, what the hint contains ("" for none).
    static let cases: [(sql: String, message: String, detail: String, hint: String)] = [
        ("«selct» 1", "syntax error at or near \"selct\"", "expected statement", "Did you mean SELECT?"),
        ("«delet» from t", "syntax error at or near \"delet\"", "expected statement", "Did you mean DELETE?"),
        ("select 1; «slect» 2", "syntax error at or near \"slect\"", "expected statement", "Did you mean SELECT?"),
        ("select a «form» t", "syntax error at or near \"form\"", "", "Did you mean FROM?"),
        ("select a, b «fro» t", "syntax error at or near \"fro\"", "", "Did you mean FROM?"),
        ("select * from t «wehre» a = 1", "syntax error at or near \"wehre\"", "", "Did you mean WHERE?"),
        ("select a from t «gruop» by a", "syntax error at or near \"gruop\"", "", "Did you mean GROUP?"),
        ("select * from t «lmit» 3", "syntax error at or near \"lmit\"", "", "Did you mean LIMIT?"),
        ("select a from t where a = 1 «adn» b = 2", "syntax error at or near \"adn\"", "expected", "Did you mean AND?"),
        ("select * from a inner «jion» b on x", "syntax error at or near \"jion\"", "expected JOIN", "Did you mean JOIN?"),
        (
            "select a from t order by a desc nulls «frist»", "syntax error at or near \"frist\"", "expected FIRST or LAST",
            "Did you mean FIRST?"
        ),
        ("insert into t «value» (1)", "syntax error at or near \"value\"", "expected query", "Did you mean VALUES?"),
        ("create «tabel» t (a int)", "syntax error at or near \"tabel\"", "expected", "Did you mean TABLE?"),
        ("copy t «too» 'x'", "syntax error at or near \"too\"", "expected TO, FROM", "Did you mean TO?"),
        ("create table t (a int) «partitoned» by (x)", "syntax error at or near \"partitoned\"", "expected", "Did you mean PARTITIONED?"),
        ("select count(* «from» t", "syntax error at or near \"from\"", "expected \",\", \")\"", ""),
        ("select a from t where«»", "syntax error at end of input", "expected expression", ""),
        ("select (1 + 2«»", "syntax error at end of input", "expected \",\", \")\"", ""),
        ("select «from» t", "syntax error at or near \"from\"", "expected expression", ""),
        ("select case when a then b «from» t", "syntax error at or near \"from\"", "WHEN, ELSE, END", ""),
        ("select a from t group «a»", "syntax error at or near \"a\"", "expected BY", ""),
        ("select a from t where a in «1», 2", "syntax error at or near \"1\"", "expected \"(\"", ""),
        ("select * from a left «b»", "syntax error at or near \"b\"", "OUTER, SEMI, ANTI or JOIN", ""),
        ("select cast(a as«)» from t", "syntax error at or near \")\"", "expected type", ""),
        ("select cast(a«)» from t", "syntax error at or near \")\"", "AS", ""),
        ("select extract(year «a») from t", "syntax error at or near \"a\"", "expected FROM", ""),
        ("select a < b «<» c", "syntax error at or near \"<\"", "expected", "Comparisons do not chain: write a < b AND b < c."),
        (
            "create table «order» (a int)", "syntax error at or near \"order\"", "expected name",
            "\"order\" is a reserved word; put it in double quotes to use it as a name."
        ),
        ("drop «t»", "syntax error at or near \"t\"", "expected CATALOG, SCHEMA, DATABASE, TABLE, VIEW", ""),
        ("with a as «select» 1 select 2", "syntax error at or near \"select\"", "NOT, MATERIALIZED or \"(\"", ""),
        ("update t a «=» 1", "syntax error at or near \"=\"", "SET", ""),
        ("select a,«,» b from t", "syntax error at or near \",\"", "expected expression", ""),
        ("merge into t using u on a = b when matched «delete»", "syntax error at or near \"delete\"", "expected AND or THEN", ""),
        ("select a from t union «b»", "syntax error at or near \"b\"", "expected ALL, DISTINCT", ""),
        ("select «'»abc", "unterminated string", "", "Close it with a quote (')."),
        ("select «\"»abc", "unterminated quoted name", "", "Close it with a double quote (\")."),
        ("select 1 «/»* x", "unterminated comment", "", "Close it with */."),
        ("select «$»q$ x", "unterminated dollar-quoted string", "", "Close it with the tag that opens it."),
        (
            "select «12abc»", "trailing junk after number at or near \"12abc\"", "",
            "Names cannot begin with a digit, unless they are in double quotes."
        ),
        ("select «`»a`", "unexpected character \"`\"", "", "Names are quoted with double quotes (\")."),
        ("select a from t limit 1 «limit 2»", "LIMIT is given twice", "", ""),
        ("select a from t limit 1 «fetch first row only»", "LIMIT and FETCH cannot both be given", "", ""),
    ]

    @Test(arguments: cases) func `wrong statements say where and what`(
        wrong: (sql: String, message: String, detail: String, hint: String)
    ) throws {
        let parts = wrong.sql.split(separator: "«", omittingEmptySubsequences: false)
        let marked = parts[1].split(separator: "»", omittingEmptySubsequences: false)
        let start = parts[0].utf8.count
        do throws(SQLError) {
            _ = try Parser.parse(String(parts[0]) + marked.joined())
            Issue.record("it parsed")
        } catch {
            #expect(error.state == .syntaxError)
            #expect(error.message == wrong.message)
            #expect(error.span == SourceSpan(start, start + marked[0].utf8.count))
            #expect(error.detail?.contains(wrong.detail) ?? wrong.detail.isEmpty, "\(error.detail ?? "no detail")")
            #expect((error.hint ?? "") == wrong.hint)
        }
    }

    @Test func `at most five things are expected`() throws {
        do throws(SQLError) { _ = try Parser.parse("select a b c") } catch {
            #expect(error.detail?.split(separator: ",").count ?? 0 <= 7)
            #expect(error.detail?.hasSuffix("…") == true)
        }
    }

    @Test(arguments: ["E'\\u12'", "X'0'", "X'0g'", "$0", "$70000", "E'\\xff'"])
    func `literals that cannot be are refused`(sql: String) {
        #expect(throws: SQLError.self) { try Parser.parseExpression(sql) }
    }
}
