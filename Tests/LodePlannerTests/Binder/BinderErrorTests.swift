/// What a wrong query is told: code, message, hint and the place that is to blame.

import Testing

@testable import LodePlanner

@Suite struct BinderErrorTests {
    @Test(arguments: [
        ("select aa from t", "42703 column \"aa\" does not exist | Did you mean \"a\"? @ aa"),
        ("select t.aa from t", "42703 column \"t.aa\" does not exist | Did you mean \"t.a\"? @ t.aa"),
        ("select tt.a from t", "42P01 missing FROM-clause entry for table \"tt\" | Did you mean \"t\"? @ tt.a"),
        (
            "select orders.o_orderkey from orders o",
            "42P01 missing FROM-clause entry for table \"orders\" | The table is called by its alias \"o\" here. @ orders.o_orderkey"
        ),
        ("select * from ordrs", "42P01 relation \"ordrs\" does not exist | Did you mean \"orders\"? @ ordrs"),
        ("select * from other.t", "3F000 schema \"other\" does not exist @ other.t"),
        ("select a from t, u", "42702 column reference \"a\" is ambiguous | Say which one: t.a or u.a. @ a"),
        (
            "select 1 from t, t",
            "42712 table name \"t\" specified more than once | Give each its own alias, such as \"t AS t2\". @ t"
        ),
        (
            "select \"Bob\" from t",
            "42703 column \"Bob\" does not exist | Double quotes are for names. A string is written in single quotes: 'Bob'. @ \"Bob\""
        ),
        (
            "select * from t, (select t.a) x",
            "42P01 missing FROM-clause entry for table \"t\" | There is such a table, but this subquery sees it only after the word LATERAL. @ t.a"
        ),
        ("select *", "42601 SELECT * with no tables specified is not valid @ *"),
        ("select * exclude (nosuch) from t", "42703 column \"nosuch\" is not among those of the star @ nosuch"),
        ("select point.z from nested", "42703 field \"z\" does not exist | Did you mean \"x\"? @ z"),
        ("select * from t as x(a, b, c, d, e, f, g)", "42P10 table \"x\" has 6 columns available but 7 columns specified @ x"),
    ])
    func `names that can't be found`(_ sql: String, _ expected: String) { #expect(Bound.error(sql) == expected) }

    @Test(arguments: [
        ("select a + b from t", "42883 operator does not exist: integer + varchar | Texts are joined with ||. @ a + b"),
        (
            "select a = b from t",
            "42883 operator does not exist: integer = varchar | Cast the text to integer, or the other side to varchar. @ a = b"
        ),
        (
            "select a from t where a",
            "42804 argument of WHERE must be of type boolean, not integer | Compare it with something, for example \"… <> 0\". @ a"
        ),
        (
            "select 1 where not 'maybe'",
            "22P02 invalid input syntax for type boolean: \"maybe\" | Write it like 'true' or 'false'. @ 'maybe'"
        ),
        ("select * from t where d >= 'abc'", "22007 invalid input syntax for type date: \"abc\" | Write it like '2024-01-31'. @ 'abc'"),
        (
            "select * from t where d in ('2024-01-01', '2024-02-30')",
            "22008 date/time field value out of range: \"2024-02-30\" @ '2024-02-30'"
        ),
        ("select date '2024-13-01'", "22008 date/time field value out of range: \"2024-13-01\" @ date '2024-13-01'"),
        ("select * from t where a between 1 and '1x'", "22P02 invalid input syntax for type integer: \"1x\" @ '1x'"),
        ("select cast(d as integer) from t", "42846 cannot cast type date to integer @ cast(d as integer)"),
        ("select cast(a as nosuch) from t", "42704 type \"nosuch\" does not exist @ nosuch"),
        ("select cast(a as decimal(39,2)) from t", "22023 precision of decimal must be from 1 to 38 @ decimal(39,2)"),
        (
            "select case when f then a else b end from t",
            "42804 CASE types integer and varchar cannot be matched | Cast one of them to the type of the other. @ b"
        ),
        ("select upperr(b) from t", "42883 function upperr(varchar) does not exist | Did you mean \"upper\"? @ upperr"),
        (
            "select upper(1, 2)",
            "42883 function upper(integer, integer) does not exist | Cast the arguments to types that it takes. @ upper(1, 2)"
        ),
        ("select upper(distinct b) from t", "42809 DISTINCT specified, but upper is not an aggregate function @ upper(distinct b)"),
        ("select (1, 2) = (1, 2, 3)", "42601 unequal number of entries in row expressions: 2 and 3 @ (1, 2) = (1, 2, 3)"),
        ("select $1", "42P02 there is no value for the parameter $1 | Give it with --var 1=value. @ $1"),
    ])
    func `types that don't fit`(_ sql: String, _ expected: String) { #expect(Bound.error(sql) == expected) }

    @Test(arguments: [
        (
            "select b, sum(e) from t",
            "42803 column \"b\" must appear in the GROUP BY clause or be used in an aggregate function | Add it to GROUP BY, or say which of the group's values is meant, such as any_value(b) or max(b). @ b"
        ),
        (
            "select b, (select count(*) from u where u.a = t.a) from t group by b",
            "42803 column \"t.a\" must appear in the GROUP BY clause or be used in an aggregate function | Add it to GROUP BY, or say which of the group's values is meant, such as any_value(t.a) or max(t.a). @ t.a"
        ),
        (
            "select sum(sum(a)) from t",
            "42803 aggregate function calls cannot be nested | Aggregate in a subquery first, then aggregate its result. @ sum(a)"
        ),
        (
            "select a from t where sum(a) > 1",
            "42803 aggregate functions are not allowed in WHERE | Conditions on aggregates go to HAVING. @ sum(a)"
        ),
        (
            "select a from t group by sum(a)",
            "42803 aggregate functions are not allowed in GROUP BY | Group by the columns, and select the aggregate. @ sum(a)"
        ),
        (
            "select sum(a) from t group by 1",
            "42803 aggregate functions are not allowed in GROUP BY | Group by the columns, and select the aggregate. @ sum(a)"
        ),
        ("select b from t group by 3", "42P10 GROUP BY position 3 is not in select list @ 3"),
        (
            "select b from t group by 'x'",
            "42601 non-integer constant in GROUP BY | Name a column, or give the position of a select item. @ 'x'"
        ),
        (
            "select grouping(a) from t group by b",
            "42803 arguments to GROUPING must be grouping expressions of the associated query level @ a"
        ),
        ("select count(distinct *) from t", "42601 count(DISTINCT *) is not possible | Only count(*) takes a star. @ *"),
        (
            "select a from t where row_number() over () = 1",
            "42P20 window functions are not allowed in WHERE | Conditions on window functions go to QUALIFY. @ row_number() over ()"
        ),
        (
            "select row_number() from t",
            "42P20 window function row_number requires an OVER clause | For example row_number(…) OVER (ORDER BY …). @ row_number()"
        ),
        (
            "select sum(rank() over ()) from t",
            "42803 aggregate function calls cannot contain window function calls | Compute the window function in a subquery. @ rank() over ()"
        ),
        (
            "select rank() over (order by rank() over ()) from t",
            "42P20 window function calls cannot be nested | Compute the inner one in a subquery. @ rank() over ()"
        ),
        ("select rank() over v from t window w as (order by a)", "42704 window \"v\" does not exist | Did you mean \"w\"? @ v"),
        (
            "select sum(a) over (order by a, b range 1 preceding) from t",
            "42P20 RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column @ range 1 preceding"
        ),
        ("select sum(a) over (rows -1 preceding) from t", "22013 frame offset must not be negative @ -1"),
        (
            "select a from t qualify a > 1",
            "42P20 QUALIFY needs a window function, in itself or in the select list | Conditions on groups go to HAVING, on rows to WHERE. @ a > 1"
        ),
    ])
    func `grouping and windows`(_ sql: String, _ expected: String) { #expect(Bound.error(sql) == expected) }

    @Test(arguments: [
        (
            "select distinct b from t order by a",
            "42P10 for SELECT DISTINCT, ORDER BY expressions must appear in select list | Select a too, or use GROUP BY. @ a"
        ),
        ("select * from t order by 9", "42P10 ORDER BY position 9 is not in select list @ 9"),
        (
            "select a from t union select b from t",
            "42804 UNION types integer and varchar cannot be matched | Cast one of them to the type of the other. @ select b from t"
        ),
        ("select a from t union select a, b from t", "42601 each UNION query must have the same number of columns @ select a, b from t"),
        ("select (select a, b from t) from u", "42601 subquery must return only one column @ select a, b from t"),
        ("select a from t where a in (select a, x from u)", "42601 subquery has too many columns @ select a, x from u"),
        ("select * from (values (1, 'a'), (2)) v", "42601 VALUES lists must all be the same length @ 2"),
        ("select a from t limit a", "42P10 argument of LIMIT must not contain variables | It is computed once, before there are rows. @ a"),
        ("select a from t limit -1", "2201W LIMIT must not be negative @ -1"),
        (
            "select a from t fetch first 3 rows with ties",
            "42601 WITH TIES cannot be specified without ORDER BY @ fetch first 3 rows with ties"
        ),
        ("with x as (select nosuch from t) select 1", "42703 column \"nosuch\" does not exist @ nosuch"),
        ("with x as (select 1), x as (select 2) select 1", "42712 WITH query name \"x\" specified more than once @ x"),
        (
            "with recursive r(n) as (select 1 union all select u.big from u, r) select * from r",
            "42804 recursive query \"r\" column 1 has type integer in non-recursive term but type bigint overall | Cast the output of the non-recursive term to bigint. @ select 1 union all select u.big from u, r"
        ),
        (
            "select * from t right join lateral (select t.a) x on true",
            "42P10 the combining JOIN type must be INNER or LEFT for a LATERAL reference @ lateral (select t.a) x"
        ),
        ("select * from t join u using (zz)", "42703 column \"zz\" specified in USING clause does not exist in left table @ zz"),
    ])
    func `clauses around a query`(_ sql: String, _ expected: String) { #expect(Bound.error(sql) == expected) }

    @Test(arguments: [
        "select * from t asof join u using (a)", "select * from t positional join u", "select * from t tablesample (10 percent)",
        "select a from t limit 10 percent", "select a from t limit (select 1)", "select (a, c) < any (select a, big from u) from t",
        "select b collate \"de_DE\" from t", "select cast(ts as timestamp(8)) from u",
        "select string_agg(b, ',' order by a) over () from t",
    ])
    func `what is understood but not there is refused by its name`(_ sql: String) {
        let error = Bound.error(sql)
        #expect(error.hasPrefix("0A000 ") && error.contains("not supported"), "\(error)")
    }
}
