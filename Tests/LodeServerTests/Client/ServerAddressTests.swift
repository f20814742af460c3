// Addresses of servers, and the passwords that go with them.

import LodeCore
import Testing

@testable import LodeServer

@Suite struct ServerAddressTests {
    private func address(_ url: String, _ environment: [String: String] = [:]) throws -> ServerAddress {
        try ServerAddress(url, environment: environment, defaultUser: "me")
    }

    @Test func `a URL says everything`() throws {
        let url = "postgres://ana%40x:ge%3Aheim@db.example:5433/sales%2F1"
        let found = try address(url + "?sslmode=verify-full&application_name=a%20b&options=-c%20threads%3D1")
        #expect(found.user == "ana@x" && found.password == "ge:heim" && found.host == "db.example" && found.port == 5433)
        #expect(found.database == "sales/1" && found.encryption == .verifyFull)
        #expect(found.settings == [.init(name: "application_name", value: "a b"), .init(name: "threads", value: "1")])
    }

    @Test func `what it leaves out comes from the environment, then from the user's name`() throws {
        let bare = try address("postgresql://")
        #expect(bare.host == "localhost" && bare.port == 5432 && bare.user == "me" && bare.database == "me" && bare.password == nil)
        let environment = ["PGHOST": "h", "PGPORT": "1", "PGUSER": "u", "PGPASSWORD": "p", "PGDATABASE": "d", "PGSSLMODE": "disable"]
        let found = try address("postgres://:2", environment)
        #expect(found.host == "h" && found.port == 2 && found.user == "u" && found.password == "p" && found.database == "d")
        #expect(found.encryption == .disable)
        #expect(try address("postgres://[::1]:7/x").host == "::1")
    }

    @Test(arguments: [
        "mysql://h/d", "postgres://h:x/d", "postgres://h:0/d", "postgres://h/d?sslmode=maybe", "postgres://h/d?nope=1", "postgres://h/d?sslmode",
        "postgres://h%zz/d", "postgres://a,b/d", "", "host=x",
    ])
    func `what is no address is refused`(url: String) {
        #expect(throws: SQLError.self) { try address(url) }
    }

    @Test func `errors do not show the password`() {
        for url in ["pg://ana:Geheim1@h/d", "postgres://ana:Geheim1%zz@h/d", "postgres://ana:Geheim1@h:x/d"] {
            let error = #expect(throws: SQLError.self) { try address(url) }
            #expect(error.map { "\($0)".contains("Geheim1") } == false)
        }
    }

    @Test func `the first line of the password file that matches counts`() throws {
        let file = """
            # a comment
            other:*:*:*:no
            h\\:1:5432:d:u:first\\:x
            *:5432:*:*:any
            """
        var wanted = try address("postgres://u@h/d")
        #expect(PasswordFile.password(for: wanted, in: file) == "any")
        wanted.host = "h:1"
        #expect(PasswordFile.password(for: wanted, in: file) == "first:x")
        wanted.port = 1
        #expect(PasswordFile.password(for: wanted, in: file) == nil)
    }
}
