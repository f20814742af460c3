/// Types of literals and results, and what is cast to what.

import LodeCore
import Testing

@testable import LodePlanner

@Suite struct BinderTypeTests {
    @Test(arguments: [
        ("1", "integer"), ("3000000000", "bigint"), ("-2147483648", "integer"), ("12345678901234567890", "decimal(20,0)"),
        ("1.50", "decimal(3,2)"), (".05", "decimal(2,2)"), ("1e3", "double"), ("0x1f", "integer"), ("'x'", "varchar"), ("null", "varchar"),
        ("true", "boolean"), ("date '2024-01-01'", "date"), ("x'00'", "varbinary"), ("interval '1' day", "interval"),
        ("[1, 2.5]", "decimal(2,1)[]"), ("{'a': 1, 'b': 'x'}", "struct(a integer, b varchar)"), ("map {'a': 1}", "map(varchar, integer)"),
        ("case when true then 1 else 2.5 end", "decimal(2,1)"), ("coalesce(null, 1)", "integer"), ("nullif('a', 'b')", "varchar"),
        ("cast('1' as bigint)", "bigint"), ("try_cast('x' as integer)", "integer"), ("1 = 1", "boolean"), ("array(select 1)", "integer[]"),
    ])
    func `literals and constructs have types`(_ text: String, _ type: String) throws {
        #expect(try Bound.types("select \(text)") == type)
    }

    @Test(arguments: [
        ("c + 1", "decimal(16,2)"), ("c * (1 - c)", "decimal(31,4)"), ("c / 2", "double"), ("a / 2", "integer"),
        ("a * 1.5", "decimal(12,1)"),
        ("e * 0.5", "double"), ("a + e", "double"), ("d + 1", "date"), ("d + interval '1 day'", "timestamp"), ("d - d", "bigint"),
        ("sum(a)", "bigint"), ("sum(c)", "decimal(38,2)"), ("avg(c)", "double"), ("count(*)", "bigint"), ("min(d)", "date"),
        ("a || 'x'", "varchar"),
    ])
    func `operators and aggregates have types`(_ text: String, _ type: String) throws {
        #expect(try Bound.types("select \(text) from t") == type)
    }

    /// Filters stay on the column as it is stored, so that files can be pruned by them.
    @Test(arguments: [
        ("d >= '2024-01-01'", "d >= date '2024-01-01'"),
        ("d < timestamp '2024-01-02 00:00:00'", "d < date '2024-01-02'"),
        ("d <= date '1998-12-01' - interval '90 day'", "d <= date '1998-09-02'"),
        ("a = 5.0", "a = 5"), ("5 < a", "5 < a"), ("c = 5", "c = 5.00"), ("c < 7.1", "c < 7.10"), ("c <= 1 + 10", "c <= 11.00"),
        ("c between 0.06 - 0.01 and 0.06 + 0.01", "(c >= 0.05) and (c <= 0.07)"),
        ("e > 1.5", "e > 1.5"), ("f = 'true'", "f = true"), ("a in (1, 2.0, '3')", "a in (1, 2, 3)"),
        // What the column's type can't hold exactly must not be rounded to it.
        ("a = 5.5", "cast(a as decimal(11,1)) = 5.5"), ("c > 1.005", "cast(c as decimal(16,3)) > 1.005"),
        ("d < timestamp '2024-01-02 12:00:00'", "cast(d as timestamp) < timestamp '2024-01-02 12:00:00'"),
        ("a = 3000000000", "cast(a as bigint) = 3000000000"),
    ])
    func `comparisons cast the constant, not the column`(_ written: String, _ bound: String) throws {
        #expect(try Bound.expression(written) == bound)
    }

    @Test func `a text longer than a char column is not cut to match it`() throws {
        #expect(try Bound.expression("code = 'ab'", from: "coded") == "code = 'ab '")
        #expect(try Bound.expression("code = 'abcd'", from: "coded") == "cast(code as varchar) = 'abcd'")
    }

    @Test(arguments: [
        ("b is not true", "error"), ("f is not true", "not coalesce(f, false)"), ("f is unknown", "f is null"),
        ("f is false", "coalesce(not f, false)"), ("a is distinct from null", "a is distinct from null"),
        ("b like 'x%'", "b like 'x%'"), ("b not ilike 'x'", "not (b ilike 'x')"),
        ("(a, c) in ((1, 2), (3, 4))", "((a = 1) and (c = 2.00)) or ((a = 3) and (c = 4.00))"),
        ("(a, c) < (5, 6)", "(a < 5) or ((a = 5) and (c < 6.00))"), ("(a, b) is null", "(a is null) and (b is null)"),
        ("a = any(array[1, 2])", "a in (1, 2)"), ("a <> all(array[1, 2])", "(a <> 1) and (a <> 2)"),
        ("b between symmetric 'z' and 'a'", "((b >= 'z') and (b <= 'a')) or ((b >= 'a') and (b <= 'z'))"),
        ("case a when 1 then 'x' end", "case when a = 1 then 'x' else null end"), ("cast('abcdef' as varchar(3))", "'abc'"),
        ("extract(year from d)", "year(d)"), ("extract(epoch from d)", "date_part('epoch', d)"),
        ("least(d, '2024-01-31')", "least(d, date '2024-01-31')"),
        ("position('b' in b)", "strpos(b, 'b')"), ("substring(b from 2 for 3)", "substring(b, 2, 3)"),
        ("substring(b for 3)", "substring(b, 1, 3)"),
    ])
    func `constructs become calls and comparisons`(_ written: String, _ bound: String) throws {
        if bound == "error" {
            #expect(Bound.error("select \(written) from t").hasPrefix("42804"))
        } else {
            #expect(try Bound.expression(written) == bound)
        }
    }

    @Test(arguments: [
        ("coalesce(doc -> 'a' ->> 'b', 'z')", "coalesce(cast(cast(doc as varchar) -> 'a' as varchar) ->> 'b', 'z')"),
        ("upper(doc ->> 'a') = 'X'", "upper(cast(doc as varchar) ->> 'a') = 'X'"),
        ("point.x", "struct_extract_x(point)"), ("(point).y", "struct_extract_y(point)"), ("nested.point['x']", "struct_extract_x(point)"),
        ("tags[1]", "array_extract(tags, 1)"), ("{'k': id}.k", "struct_extract_k(struct_pack(id))"), ("[id, 1]", "list_value(id, 1)"),
    ])
    func `nested values are taken apart, and an arrow without lambda is JSON's`(_ written: String, _ bound: String) throws {
        #expect(try Bound.expression(written, from: "nested") == bound)
    }

    @Test func `parameters are constants, texts of the type that is wanted`() throws {
        let bound = try Bound.query("select 1 from t where d = :day and a < $1", ["day": .text("2024-01-31"), "1": .integer(7)])
        guard case .project(let node) = bound.plan, case .filter(let filter) = node.input else {
            Issue.record("no filter")
            return
        }
        #expect(filter.predicate.text(naming: filter.input.columns) == "(d = date '2024-01-31') and (a < 7)")
    }

    @Test(arguments: [
        (
            "a, a + 1, upper(b), count(*) over (), 'x', cast(a as bigint), cast('1' as integer)",
            "a, ?column?, upper, count, ?column?, a, integer"
        ),
        (
            "case when f then a end, case when f then 'x' else b end, coalesce(a, 1), exists (select 1), (select a as z)",
            "case, b, coalesce, exists, z"
        ),
        ("date '2024-01-01', true, interval '1 day', array[1], row(1), t.a as \"A b\"", "date, bool, interval, array, row, A b"),
    ])
    func `outputs are called as PostgreSQL calls them`(_ items: String, _ names: String) throws {
        #expect(try Bound.names("select \(items) from t").joined(separator: ", ") == names)
    }
}
