// What must parse, and what it becomes.
import LodeCore
import Testing

@testable import LodeSyntax

@Suite struct AcceptanceTests {
    @Test(arguments: Corpus.all) func `every statement of the corpus parses`(sql: String) throws {
        #expect(try Parser.parse(sql).count == 1)
    }

    @Test(arguments: Corpus.all) func `what is printed parses to the same statement`(sql: String) throws {
        let first = try #require(try Parser.parse(sql).first).statement
        let printed = Printer.sql(first)
        let second = try #require(try Parser.parse(printed).first, "\(printed)").statement
        #expect(shape(first) == shape(second), "\(printed)")
        #expect(Printer.sql(second) == printed)
    }

    @Test func `a script is many statements with their places`() throws {
        let statements = try Parser.parse(" select 1 ; ; -- two\n select 2;")
        #expect(statements.map(\.span) == [SourceSpan(1, 9), SourceSpan(22, 30)])
    }

    @Test func `names are folded unless quoted`() throws {
        guard case .name(let name) = try Parser.parseExpression("Ab.\"Cd\"\"e\"").kind else { return #expect(Bool(false)) }
        #expect(name.parts.map(\.text) == ["ab", "Cd\"e"])
    }

    @Test func `strings lose their quotes and escapes`() throws {
        for (sql, expected) in [
            ("'it''s'", "it's"), ("E'a\\tb\\x41\\u00e9\\\\'", "a\tbA\u{e9}\\"), ("$q$a'$$b$q$", "a'$$b"), ("$$$$", ""), ("''", ""),
        ] {
            guard case .literal(.string(let text)) = try Parser.parseExpression(sql).kind else { return #expect(Bool(false)) }
            #expect(text == expected)
        }
    }

    @Test func `parameters are counted`() throws {
        #expect(try Parser.parse("select ?, ?, $5")[0].parameterCount == 5)
    }

    @Test func `rows of literals are compact and rows with expressions are not`() throws {
        func values(_ sql: String) throws -> Values? {
            guard case .query(let query) = try Parser.parse(sql)[0].statement, case .values(let values) = query.body else { return nil }
            return values
        }
        let compact = try #require(try values("values (1, -2.5), (NULL, 'x')"))
        #expect(compact.literals?.columnCount == 2)
        #expect(shape(compact.row(0)[1].kind) == shape(Expression.Kind.literal(.number("-2.5"))))
        #expect(try values("values (1), (1 + 1)")?.literals == nil)
        #expect(try values("values (1), (1, 2)")?.literals == nil)
    }

    @Test func `chains of 10,000 AND, OR and UNION ALL are flat`() throws {
        let and = try Parser.parseExpression(Array(repeating: "a", count: 10_000).joined(separator: " and "))
        guard case .and(let operands) = and.kind else { return #expect(Bool(false)) }
        #expect(operands.count == 10_000)
        let union = try Parser.parse(Array(repeating: "select 1", count: 10_000).joined(separator: " union all "))
        guard case .query(let query) = union[0].statement, case .setOperation(let operation) = query.body else {
            return #expect(Bool(false))
        }
        #expect(operation.operands.count == 10_000)
    }

    @Test(arguments: ["(", "f(", "(select ", "case when ", "not ", "- ", "[", "a[", "{'a': ", "cast(", "(select * from ("])
    func `nesting is refused beyond the limit and never overflows the stack`(opening: String) throws {
        for depth in [200, 990, 3000, 50_000] {
            do throws(SQLError) {
                _ = try Parser.parse("select " + String(repeating: opening, count: depth) + "1")
            } catch {
                #expect(error.state == .syntaxError || error.state == .statementTooComplex)
            }
        }
        let closing: [String: String] = ["(": ")", "f(": ")", "(select ": ")", "[": "]", "a[": "]", "{'a': ": "}"]
        let close = closing[opening] ?? ""
        guard close != "" || opening == "not " || opening == "- " else { return }
        let sql = "select " + String(repeating: opening, count: 400) + "1" + String(repeating: close, count: 400)
        #expect(try Parser.parse(sql).count == 1)
    }

    @Test func `invalid UTF-8 is refused`() {
        #expect(throws: SQLError.self) { try Parser.parse([UInt8(ascii: "'"), 0xff, UInt8(ascii: "'")]) }
    }

    @Test func `a function argument with = is named in FROM only`() throws {
        guard case .query(let query) = try Parser.parse("from f(a = 1)")[0].statement, case .select(let select) = query.body,
            case .function(let call, _, _) = select.from[0].kind
        else { return #expect(Bool(false)) }
        #expect(call.arguments[0].name?.text == "a")
        guard case .call(let scalar) = try Parser.parseExpression("f(a = 1)").kind else { return #expect(Bool(false)) }
        #expect(scalar.arguments[0].name == nil)
    }
}
