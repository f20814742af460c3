// How operators bind: PostgreSQL's rules, spelled out with parentheses.
import Testing

@testable import LodeSyntax

@Suite struct PrecedenceTests {
    /// An expression and what it means.
    static let cases: [(String, String)] = [
        ("a or b and c", "a or (b and c)"), ("not a and b", "(not a) and b"), ("not a = b", "not (a = b)"),
        ("not a is null", "not (a is null)"), ("a = b is null", "(a = b) is null"), ("a = not b and c", "(a = (not b)) and c"),
        ("a < b = c < d or e", "ERROR"), ("a + b * c ^ d", "a + (b * (c ^ d))"), ("a - b - c", "(a - b) - c"),
        ("a ^ b ^ c", "(a ^ b) ^ c"), ("-a ^ b", "(-a) ^ b"), ("- a * b", "(-a) * b"), ("-a::int", "-(a::int)"),
        ("a || b + c", "a || (b + c)"), ("a || b = c || d", "(a || b) = (c || d)"), ("a like b || c", "a like (b || c)"),
        ("a like b = c", "(a like b) = c"), ("a between b and c and d", "(a between b and c) and d"),
        ("a between b + 1 and c * 2", "a between (b + 1) and (c * 2)"), ("a in (1) = b", "(a in (1)) = b"),
        ("not a in (1)", "not (a in (1))"), ("a is distinct from b + c", "a is distinct from (b + c)"),
        ("a at time zone b + c", "(a at time zone b) + c"), ("a + b at time zone c", "a + (b at time zone c)"),
        ("a || b at time zone 'x'", "a || (b at time zone 'x')"), ("a collate x || b", "(a collate x) || b"),
        ("a.b[1]::int", "((a.b)[1])::int"),
        ("a -> 'b' = c", "(a -> 'b') = c"), ("a -> b ->> c", "(a -> b) ->> c"), ("~a | b", "(~a) | b"), ("~ a + b", "~ (a + b)"),
        ("a << 1 + 2", "a << (1 + 2)"), ("a >> b >> c", "(a >> b) >> c"), ("a ~ b || c", "(a ~ b) || c"), ("a ~ b and c", "(a ~ b) and c"),
        ("a = any (b) and c", "(a = any (b)) and c"), ("a < b and c > d or e <> f", "((a < b) and (c > d)) or (e <> f)"),
        ("a % b * c", "(a % b) * c"), ("a - -b", "a - (-b)"), ("case when a then b end + c", "(case when a then b end) + c"),
        ("x > 1 is true", "(x > 1) is true"), ("a and b or c and d", "(a and b) or (c and d)"), ("- a is null", "(-a) is null"),
        ("interval '1' day + a", "(interval '1' day) + a"), ("a::decimal(1,0) / b", "(a::decimal(1,0)) / b"), ("not not a", "not (not a)"),
        ("a or not b and c", "a or ((not b) and c)"), ("a = b in (c)", "a = (b in (c))"),
        ("a like b escape c and d", "(a like b escape c) and d"),
        ("a < b < c", "ERROR"), ("a = b = c", "ERROR"), ("a between b and c between d and e", "ERROR"), ("a like b like c", "ERROR"),
    ]

    @Test(arguments: cases) func `operators bind as in PostgreSQL`(sql: String, meaning: String) throws {
        guard meaning != "ERROR" else {
            #expect(throws: (any Error).self) { try Parser.parseExpression(sql) }
            return
        }
        #expect(shape(try Parser.parseExpression(sql)) == shape(try Parser.parseExpression(meaning)))
    }

    @Test func `joins lean to the left and set operations keep their order`() throws {
        func printed(_ sql: String) throws -> String { Printer.sql(try Parser.parse(sql)[0].statement) }
        #expect(try printed("select 1 union select 2 except select 3") == "(SELECT 1 UNION SELECT 2) EXCEPT SELECT 3")
        #expect(try printed("select 1 union select 2 intersect select 3") == "SELECT 1 UNION (SELECT 2 INTERSECT SELECT 3)")
        #expect(try printed("from a join b join c on x on y") == "SELECT * FROM a JOIN (b JOIN c ON x) ON y")
        #expect(try printed("from a join b on x join c on y") == "SELECT * FROM a JOIN b ON x JOIN c ON y")
    }
}
