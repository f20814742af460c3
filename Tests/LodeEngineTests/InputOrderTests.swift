// Several workers give what one gives, wherever the order of the input counts.

import LodeCore
import Testing

@testable import LodeEngine

@Suite struct InputOrderTests {
    /// Results that the order of rows decides: lists, first values, ties, numbers of rows.
    private static let queries = [
        "SELECT array_agg(i)::varchar, string_agg(t, ';'), array_agg({'i': i})::varchar FROM f",
        "SELECT g, array_agg(i)::varchar, string_agg(t, t), array_agg(t)::varchar FROM f GROUP BY g ORDER BY g",
        "SELECT first(i), last(i), any_value(i), any_value(t), any_value([i]), first(t), last(t) FROM f",
        "SELECT g, first(i), last(i), any_value(i), any_value(t), any_value(i::double) FROM f GROUP BY g ORDER BY g",
        "SELECT h, any_value(i), any_value(t), first(i), array_agg(i) FROM f GROUP BY h ORDER BY h LIMIT 100",
        "SELECT min_by(i, g), max_by(i, g), max_by(t, g), mode(g), mode(h) FROM f",
        "SELECT g, max_by(i, h % 3), min_by(t, 1), mode(h % 5) FROM f GROUP BY g ORDER BY g",
        "SELECT histogram(g), map_agg(g, i), map_agg(h % 4, t) FROM f",
        "SELECT g, histogram(h % 7), map_agg(h % 7, i) FROM f GROUP BY g ORDER BY g",
        "SELECT array_agg(i ORDER BY g)::varchar, first(i ORDER BY g), last(i ORDER BY g) FROM f",
        "SELECT g, array_agg(i ORDER BY h % 2)::varchar FROM f GROUP BY g ORDER BY g",
        "SELECT array_agg(DISTINCT g), string_agg(DISTINCT g::varchar, ','), mode(DISTINCT g) FROM f",
        "SELECT h % 3, array_agg(DISTINCT g) FROM f GROUP BY ALL ORDER BY ALL",
        "SELECT g, h % 3, first(i), array_agg(i)::varchar, any_value(i) FROM f GROUP BY ROLLUP (g, h % 3) ORDER BY ALL",
        "SELECT array_agg(i)::varchar, first(i) FILTER (WHERE i > 5000) FROM (SELECT i FROM f WHERE g <> 3 UNION ALL SELECT -i FROM f)",
        "SELECT array_agg(i)::varchar FROM (SELECT i, g FROM f ORDER BY g, i)",
        "SELECT max(abs(n - i)), array_agg(n ORDER BY i)::varchar FROM (SELECT i, row_number() OVER () AS n FROM f)",
        "SELECT string_agg(n || ' ' || coalesce(p, -1), ',' ORDER BY i) FROM (SELECT i, row_number() OVER w AS n, lag(i) OVER w AS p "
            + "FROM f WINDOW w AS (PARTITION BY g))",
        "SELECT sum(a * i), sum(b * i) FROM (SELECT i, first_value(i) OVER (PARTITION BY g) AS a, "
            + "sum(i) OVER (PARTITION BY g ROWS 3 PRECEDING) AS b FROM f)",
        "SELECT DISTINCT ON (g) g, i FROM f ORDER BY g",
    ]

    @Test func `results that the order of rows decides do not depend on the number of workers`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            """
            COPY (SELECT i, i % 7 AS g, i * 7919 % 1009 AS h, 'a text that is row ' || i AS t FROM generate_series(1, 12000) AS s(i))
            TO '{folder}/1.parquet' (ROW_GROUP_SIZE 1000);
            COPY (SELECT i, i % 7 AS g, i * 7919 % 1009 AS h, 'row ' || i AS t FROM generate_series(12001, 16000) AS s(i))
            TO '{folder}/2.parquet' (ROW_GROUP_SIZE 500);
            COPY (SELECT i, i % 7 AS g, i * 7919 % 1009 AS h, 'row ' || i AS t FROM generate_series(16001, 16500) AS s(i))
            TO '{folder}/3.parquet';
            CREATE VIEW f AS FROM '{folder}/*.parquet'
            """)
        let expected = try Self.queries.map { try scratch.rows($0) }
        for threads in [2, 4, 7] {
            try scratch.rows("SET threads = \(threads)")
            for _ in 0..<8 {
                for (query, rows) in zip(Self.queries, expected) {
                    // Only whether: the rows are long.
                    let isSame = try scratch.rows(query) == rows
                    #expect(isSame, "\(query) by \(threads) workers")
                }
            }
        }
    }
}
