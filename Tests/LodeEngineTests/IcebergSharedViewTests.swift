// Views of an Iceberg REST server that SQL makes, reads and drops.

import CloudDouble
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct IcebergSharedViewTests {
    let server: IcebergDouble
    let scratch: ScratchSession

    init() throws {
        server = try IcebergDouble()
        scratch = try ScratchSession()
        let folder = scratch.folder
        server.change {
            $0.namespaces[["web"]] = [:]
            $0.namespaces[["other"]] = [:]
            $0.warehouse = folder + "/shared"
        }
        try scratch.rows(
            """
            CREATE CATALOG c USING iceberg OPTIONS (uri '\(server.url)'); CREATE TABLE c.web.t (id bigint, s varchar);
            INSERT INTO c.web.t VALUES (1, 'one'), (2, 'two')
            """)
    }

    @Test func `a view is made, read, replaced and dropped`() throws {
        try scratch.rows("USE c.web; CREATE VIEW v (n, twice) COMMENT 'seen' AS SELECT id, id * 2 FROM t")
        #expect(try scratch.rows("SELECT * FROM c.web.v ORDER BY n") == [["1", "2"], ["2", "4"]])
        #expect(try scratch.rows("USE c.other; SELECT max(twice) FROM c.web.v") == [["4"]])
        let text = try #require(server.view(["web"], "v"))
        #expect(text.contains(#""dialect":"lode""#) && text.contains("SELECT id, id * 2 FROM t") && text.contains(#""comment":"seen""#))
        #expect(scratch.error("CREATE VIEW c.web.v AS SELECT 1 AS x")?.state == .duplicateTable)
        try scratch.rows("CREATE VIEW IF NOT EXISTS c.web.v AS SELECT 1 AS x")
        try scratch.rows("CREATE OR REPLACE VIEW c.web.v AS SELECT s FROM c.web.t WHERE id = 2")
        #expect(try scratch.rows("SELECT * FROM c.web.v") == [["two"]])
        #expect(try scratch.rows("SHOW VIEWS FROM c.web").count == 1)
        try scratch.rows("COMMENT ON VIEW c.web.v IS 'looked at'")
        #expect(server.view(["web"], "v")?.contains(#""comment":"looked at""#) == true)
        #expect(scratch.error("CREATE OR REPLACE VIEW c.web.t AS SELECT 1 AS x")?.state == .wrongObjectType)
        try scratch.rows("DROP VIEW c.web.v; DROP VIEW IF EXISTS c.web.v")
        #expect(scratch.error("SELECT * FROM c.web.v")?.state == .undefinedTable)
    }

    @Test func `views of other engines are read where their SQL is understood`() throws {
        server.addView(["web"], "spark", ["spark": "SELECT `id` -- \"the\" key's `name`\nFROM t WHERE s = \"two\" OR s = 'it`s'"])
        server.addView(["web"], "escaped", ["spark": "SELECT 'it\\'s' AS s"])
        server.addView(["web"], "both", ["spark": "SELECT nonsense from from", "trino": "SELECT id FROM web.t"])
        server.addView(["web"], "strange", ["trino": "SELECT TOP WITH", "snowflake": "SELECT 1"])
        server.addView(["web"], "unknown", ["snowflake": "SELECT 1"])
        #expect(try scratch.rows("SELECT id FROM c.web.spark") == [["2"]])
        #expect(try scratch.rows("SELECT count(*) FROM c.web.both") == [["2"]])
        #expect(scratch.error("SELECT * FROM c.web.escaped")?.hint?.contains("escapes") == true)
        let strange = scratch.error("SELECT * FROM c.web.strange")
        #expect(strange?.state == .featureNotSupported && strange?.detail == "Its SQL is for: snowflake, trino.")
        #expect(strange?.hint?.hasPrefix("What is not understood: trino: ") == true)
        #expect(scratch.error("SELECT * FROM c.web.unknown")?.detail == "Its SQL is for: snowflake.")
    }

    /// The double's views have one column, `id`, a long.
    @Test func `a text that gives other columns than the view has is not read`() throws {
        server.addView(["web"], "double", ["spark": "SELECT id * 0.5e0 AS id FROM t"])
        server.addView(["web"], "wide", ["trino": "SELECT id, s FROM t", "spark": "SELECT id FROM t WHERE id = 2"])
        let error = scratch.error("SELECT * FROM c.web.double")
        #expect(error?.state == .featureNotSupported && error?.message.hasSuffix("is not written in Lode's SQL") == true)
        #expect(error?.detail == "The text for spark gives \"id\" the type double here, and the view has bigint.")
        #expect(try scratch.rows("SELECT * FROM c.web.wide") == [["2"]])
    }

    @Test func `a server without views says so`() throws {
        server.intercept { $0.path.contains("/views") ? IcebergDouble.fault(404, "NotFound") : nil }
        #expect(scratch.error("CREATE VIEW c.web.v AS SELECT 1 AS x")?.state == .featureNotSupported)
    }
}
