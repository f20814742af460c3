// Passwords are nowhere but in the statement itself.

import Testing

@testable import LodeSyntax

@Suite struct StatementTextTests {
    @Test(arguments: [
        ("CREATE ROLE ana LOGIN PASSWORD 'Geheim''1'", "CREATE ROLE ana LOGIN PASSWORD '<hidden>'"),
        ("alter role a encrypted password E'Geh\\'1' VALID UNTIL '2030'", "alter role a encrypted password '<hidden>' VALID UNTIL '2030'"),
        ("ALTER ROLE ana PASSWORD $x$Geheim1$x$", "ALTER ROLE ana PASSWORD '<hidden>'"),
        ("ALTER ROLE a /* 1 */ PASSWORD\n-- 2\n'Geheim1'", "ALTER ROLE a /* 1 */ PASSWORD\n-- 2\n'<hidden>'"),
        ("ALTER ROLE ana PASSWORD 'Geh'\n'eim1'", "ALTER ROLE ana PASSWORD '<hidden>'\n'<hidden>'"),
        ("ALTER ROLE ana PASSWORD 'Geheim1", "ALTER ROLE ana PASSWORD '<hidden>'"),
        ("ALTER ROLE ana PASSWORD U&'Geheim1' oops", "ALTER ROLE ana PASSWORD '<hidden>' oops"),
        ("ALTER USER ana PASSWORD Geheim1x 'Geheim1'; SELECT 1", "ALTER USER ana PASSWORD '<hidden>' '<hidden>'; SELECT 1"),
        ("SET my.secret_key TO 'Geheim1'", "SET my.secret_key TO '<hidden>'"),
        ("SELECT f(\"password\" => 'Geheim1', b => 'open')", "SELECT f(\"password\" => '<hidden>', b => 'open')"),
        ("FROM read_csv('s3://user:Geheim1@host/x.csv')", "FROM read_csv('<hidden>')"),
        ("SELECT connect('host=x password=Geheim1')", "SELECT connect('<hidden>')"),
        ("FROM read_csv('https://b.s3.amazonaws.com/x.csv?X-Amz-Signature=Geheim1')", "FROM read_csv('<hidden>')"),
        (
            "CREATE OR REPLACE SECRET s (TYPE s3, KEY_ID 'k', SECRET 'Geheim1', SESSION_TOKEN 'Geheim2', KEY 'Geheim3', SCOPE ['s3://b'])",
            "CREATE OR REPLACE SECRET s (TYPE s3, KEY_ID 'k', SECRET '<hidden>', SESSION_TOKEN '<hidden>', KEY '<hidden>', SCOPE ['s3://b'])"
        ),
        (
            "CREATE CATALOG g USING glue OPTIONS (region 'eu-west-1', access_key_id 'Geheim1', \"session_token\" = 'Geheim2', x 'Geheim3')",
            "CREATE CATALOG g USING glue OPTIONS (region 'eu-west-1', access_key_id '<hidden>', \"session_token\" = '<hidden>', x '<hidden>')"
        ),
    ])
    func `a password is hidden`(text: String, shown: String) {
        #expect(StatementText.withoutSecrets(text) == shown)
        let masked = StatementText.masked(text) ?? ""
        #expect(masked.utf8.count == text.utf8.count && !masked.contains("Geheim") && !masked.contains("eim1"))
    }

    @Test(arguments: [
        "SELECT 1", "SELECT 'password'", "SELECT password FROM users WHERE name = 'ana'", "ALTER ROLE ana LOGIN; SELECT password FROM users", "ALTER ROLE ana PASSWORD NULL",
        "COPY t TO 's3://bucket/a@b'", "SELECT 'http://host/x'", "SELECT $1, '$x$'", "/* password */ SELECT 'x'", "$", "'", "E'\\", "$x$", "/*",
    ])
    func `a text without one is left as it is`(text: String) {
        #expect(StatementText.withoutSecrets(text) == nil)
    }

    @Test(arguments: [
        ("SELECT  a1,\n 1.5e3 FROM t -- here\nWHERE b = 'x''y' AND c IN (1, 2);", "SELECT a1, ? FROM t WHERE b = ? AND c IN (?, ?)"),
        ("INSERT INTO \"my 1\" VALUES ($1, $$ a $$, E'\\'', X'00')", "INSERT INTO \"my 1\" VALUES ($1, ?, ?, ?)"),
        ("", ""), ("'", "?"),
    ])
    func `the shape of a statement has no values`(text: String, shape: String) {
        #expect(StatementText.shape(text) == shape)
    }
}
