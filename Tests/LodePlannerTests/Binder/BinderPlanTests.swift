/// The plans that queries become, as text.

import LodeCore
import LodePlan
import Testing

@testable import LodePlanner

@Suite struct BinderPlanTests {
    private func expect(_ sql: String, _ plan: String, location: SourceLocation = #_sourceLocation) throws {
        // Scans list all columns before pruning: not of interest here.
        let text = try Bound.plan(sql).split(separator: "\n").filter { !$0.contains("columns: ") }.joined(separator: "\n")
        #expect(text == plan, sourceLocation: location)
    }

    @Test func `clauses stack up in the order of their meaning`() throws {
        try expect(
            """
            select b, sum(e) as s, rank() over (order by sum(e) desc) as r from t where a > 1
            group by b having count(*) > 2 qualify r <= 3 order by s desc limit 5 offset 2
            """,
            """
            Limit  5
            │    offset: 2
            └─ Sort  s desc
               └─ Project  b, sum as s, rank as r
                  └─ Filter  rank <= 3
                     └─ Window  rank
                        │    order by: sum desc
                        └─ Filter  count > 2
                           └─ Group  by: b
                              │    sum(e), count(*)
                              └─ Filter  a > 1
                                 └─ Scan  main.t
            """)
    }

    @Test func `columns only for sorting are dropped again`() throws {
        try expect(
            "select a from t order by b, a + 1 limit 5",
            """
            Project  a
            └─ Limit  5
               └─ Sort  b, ?column?
                  └─ Project  a, b, a + 1 as ?column?
                     └─ Scan  main.t
            """)
    }

    @Test func `aliases stand for their expressions where no column has the name`() throws {
        try expect(
            "select a + 1 as z, z * 2 as y from t where z > 3 group by z, y order by y",
            """
            Sort  y
            └─ Project  z, y
               └─ Distinct  by: a + 1, (a + 1) * 2
                  └─ Filter  (a + 1) > 3
                     └─ Scan  main.t
            """)
        try expect(
            "select b as a from t where a = 1",
            """
            Project  b as a
            └─ Filter  a = 1
               └─ Scan  main.t
            """)
    }

    @Test func `grouping sets tell which set a row is of`() throws {
        try expect(
            "select b, c, grouping(b, c), sum(e) from t group by rollup(b, c)",
            """
            Project  b, c, case when grouping_set = 1 then 1 when grouping_set = 2 then 3 else 0 end as grouping, sum
            └─ Group  by: b, c
               │    sets: 3
               │    sum(e)
               └─ Scan  main.t
            """)
    }

    @Test func `conditions between both sides become keys, others stay`() throws {
        try expect(
            "select 1 from t left join u on u.a = t.a and u.big > 5 and t.c > 1",
            """
            Project  1 as ?column?
            └─ Hash Left Join  a = a
               │    also: (big > 5) and (c > 1.00)
               ├─ Scan  main.t
               └─ Scan  main.u
            """)
        try expect(
            "select 1 from t join u on t.a = u.a and exists (select 1 from orders where o_orderkey = u.big)",
            """
            Project  1 as ?column?
            └─ Filter  exists (subquery)
               └─ Hash Inner Join  a = a
                  ├─ Scan  main.t
                  └─ Scan  main.u
            """)
    }

    @Test func `USING shows merged columns once, and both sides' by their qualifier`() throws {
        #expect(try Bound.names("select * from t join u using (a)").joined(separator: " ") == "a b c d e f x big ts")
        #expect(try Bound.names("select u.* from t join u using (a)").joined(separator: " ") == "a x big ts")
        try expect(
            "select a, t.a, u.a from t full join u using (a)",
            """
            Project  a, a, a
            └─ Project  a, b, c, d, e, f, a, x, big, ts, coalesce(a, a) as a
               └─ Hash Full Join  a = a
                  ├─ Scan  main.t
                  └─ Scan  main.u
            """)
    }

    @Test func `LATERAL is a dependent join, unless it reads nothing of its left`() throws {
        try expect(
            "select * from t, lateral (select x from u where u.a = t.a limit 1) l",
            """
            Project  a, b, c, d, e, f, x
            └─ Dependent Inner Join
               ├─ Scan  main.t
               └─ Limit  1
                  └─ Project  x
                     └─ Filter  a = #0
                        └─ Scan  main.u
            """)
        try expect(
            "select 1 from t, lateral (select x from u) l",
            """
            Project  1 as ?column?
            └─ Nested Loop Inner Join
               ├─ Scan  main.t
               └─ Project  x
                  └─ Scan  main.u
            """)
        try expect(
            "select id, tag, i from nested left join unnest(tags) with ordinality as g(tag, i) on true",
            """
            Project  id, unnest as tag, ordinality as i
            └─ Unnest  tags
               └─ Scan  main.nested
            """)
    }

    @Test func `a CTE is computed once if it is read twice, and inlined if once`() throws {
        try expect(
            "with x as (select a from t), y as (select a from x) select x.a from x, y",
            """
            CTE  x
            ├─ Project  a
            │  └─ Scan  main.t
            └─ Project  a
               └─ Nested Loop Inner Join
                  ├─ CTE Scan  x
                  └─ Project  a
                     └─ Project  a
                        └─ CTE Scan  x
            """)
        try expect(
            "with x as not materialized (select a from t) select 1 from x x1, x x2",
            """
            Project  1 as ?column?
            └─ Nested Loop Inner Join
               ├─ Project  a
               │  └─ Scan  main.t
               └─ Project  a
                  └─ Scan  main.t
            """)
    }

    @Test func `a recursive CTE reads the round before`() throws {
        try expect(
            "with recursive r(n) as (select 1 union all select n + 1 from r where n < 10) select n from r",
            """
            Project  n
            └─ Project  n
               └─ Recursive CTE  r
                  ├─ Project  1 as ?column?
                  │  └─ Values  1 row
                  └─ Project  n + 1 as ?column?
                     └─ Filter  n < 10
                        └─ CTE Scan  r
            """)
    }

    @Test func `set operations bring literals to the common type where they are written`() throws {
        try expect(
            "select null as x, '2024-01-01' union all select a, d from t",
            """
            Union All
            ├─ Project  null as x, date '2024-01-01' as ?column?
            │  └─ Values  1 row
            └─ Project  a, d
               └─ Scan  main.t
            """)
        #expect(try Bound.types("select 1 union select 2.5 union select null") == "decimal(2,1)")
        #expect(try Bound.names("select a, b from t union by name select b, 1 as z from t").joined(separator: " ") == "a b z")
    }

    @Test func `DISTINCT groups by the outputs, DISTINCT ON keeps first rows`() throws {
        try expect(
            "select distinct b from t order by b",
            """
            Sort  b
            └─ Distinct  by: b
               └─ Project  b
                  └─ Scan  main.t
            """)
        try expect(
            "select distinct on (b) a from t order by b, c desc",
            """
            Project  a
            └─ Sort  b, c desc
               └─ Distinct On  b
                  └─ Project  a, b, c
                     └─ Scan  main.t
            """)
    }

    @Test func `an aggregate over an outer query's columns belongs to the outer query`() throws {
        try expect(
            "select (select sum(t.a) from u) from t",
            """
            Project  (subquery) as sum
            └─ Aggregate  sum(a)
               └─ Scan  main.t
            """)
    }

    @Test func `stars leave out, replace and rename`() throws {
        try expect(
            "select * exclude (a, b) replace (c + 1 as c) rename (d as day) from t",
            """
            Project  c + 1 as c, d as day, e, f
            └─ Scan  main.t
            """)
        #expect(
            try Bound.names("select columns(['a', 'c']), max(columns('^[de]$')) from t group by all").joined(separator: " ") == "a c d e")
        #expect(try Bound.names("from u").joined(separator: " ") == "a x big ts")
    }

    @Test func `calls of the same window share a node, the same call is computed once`() throws {
        try expect(
            "select rank() over w, sum(a) over w from t window w as (partition by b order by c) order by rank() over w",
            """
            Sort  rank
            └─ Project  rank, sum
               └─ Window  rank, sum
                  │    partition by: b
                  │    order by: c
                  └─ Scan  main.t
            """)
    }

    @Test func `views are bound in place, and blame the statement for their errors`() throws {
        let plan = try Bound.plan("select n from v", views: ["v": "select count(*) as n from t"])
        #expect(plan.contains("count(*)"))
        do {
            _ = try Bound.query("select * from v", views: ["v": "select gone from t"])
            Issue.record("it bound")
        } catch let error as SQLError {
            #expect(error.state == .undefinedColumn && error.place == "view lode.main.v" && error.span == SourceSpan(14, 15))
        }
    }
}
