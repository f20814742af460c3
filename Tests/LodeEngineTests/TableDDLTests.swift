// SHOW CREATE TABLE: what it prints makes the same table again. Notices of what is kept without being enforced.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct TableDDLTests {
    let scratch: ScratchSession

    init() throws { scratch = try ScratchSession() }

    private static let definition = """
        CREATE TABLE main.line (
            nr integer NOT NULL COMMENT 'from 1',
            item integer DEFAULT 1 + 1,
            code varchar(5),
            twice bigint GENERATED ALWAYS AS (item * 2) STORED,
            day date DEFAULT CURRENT_DATE,
            CONSTRAINT line_pkey PRIMARY KEY (nr) NOT ENFORCED,
            CONSTRAINT line_item_fkey FOREIGN KEY (item) REFERENCES main.item (id) NOT ENFORCED,
            CONSTRAINT line_nr_code_key UNIQUE (nr, code) NOT ENFORCED,
            CONSTRAINT line_nr_check CHECK (nr > 0)
        )
        USING parquet
        PARTITIONED BY (day)
        COMMENT 'it''s a line'
        TBLPROPERTIES ('team' = 'shop')
        """

    @Test(arguments: ["parquet", "delta"]) func `the statement that is shown makes the same table`(format: String) throws {
        let definition = Self.definition.replacingOccurrences(of: "USING parquet", with: "USING \(format)")
        try scratch.rows("CREATE TABLE item (id integer)")
        try scratch.rows(definition)
        let shown = try #require(try scratch.rows("SHOW CREATE TABLE line").first?.first)
        #expect(shown == definition)
        try scratch.rows("DROP TABLE line; \(shown)")
        #expect(try scratch.rows("SHOW CREATE TABLE line") == [[shown]])
    }

    private func notices(_ sql: String) throws -> [String] { try scratch.notices(sql) }

    @Test func `a key that is not said to be unenforced gives a notice`() throws {
        #expect(
            try notices("CREATE TABLE a (x integer PRIMARY KEY, y integer UNIQUE)") == [
                "PRIMARY KEY \"a_pkey\" is kept for information and is not enforced",
                "UNIQUE \"a_y_key\" is kept for information and is not enforced",
            ])
        #expect(
            try notices("CREATE TABLE b (x integer REFERENCES a)") == [
                "FOREIGN KEY \"b_x_fkey\" is kept for information and is not enforced"
            ])
        #expect(try notices("ALTER TABLE b ADD UNIQUE (x)") == ["UNIQUE \"b_x_key\" is kept for information and is not enforced"])
    }

    @Test func `no notice where the statement says it, and none for what is enforced`() throws {
        #expect(
            try notices(
                "CREATE TABLE c (x integer PRIMARY KEY NOT ENFORCED, y integer NOT NULL CHECK (y > 0), z integer DEFAULT 1) USING parquet")
                == [])
    }
}
