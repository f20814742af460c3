import CloudDouble
import LodeCloud
import LodeCore
import Testing

@testable import LodeObjectStore

@Suite struct HTTPStoreTests {
    private let content = (0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
    private let store = HTTPStore(secrets: SecretRegistry(), client: CloudClient(CloudEnvironment(variables: [:])))

    /// A server with ranges, or without.
    private func server(ranges: Bool, head: Bool = true) throws -> CloudDouble {
        let content = content
        return try CloudDouble { request in
            guard request.path == "/a%20b/x.parquet" else { return DoubleAnswer(404, text: "no") }
            if request.method == "HEAD" { return head ? DoubleAnswer(200, headers: [("Content-Length", "500000")]) : DoubleAnswer(405) }
            guard ranges, let range = request.header("Range")?.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false) else {
                return DoubleAnswer(200, content)
            }
            let first = Int(range[0]) ?? content.count - (Int(range[1]) ?? 0),
                last = range[0].isEmpty ? content.count - 1 : Int(range[1]) ?? 0
            return DoubleAnswer(206, Array(content[first...last]), headers: [("Content-Range", "bytes \(first)-\(last)/\(content.count)")])
        }
    }

    @Test func `ranges are fetched where the server has them`() throws {
        let server = try server(ranges: true)
        let reader = try store.open(server.url + "/a b/x.parquet")
        #expect(reader.size == 500_000)
        #expect(try reader.read(offset: 499_990, count: 10) == Array(content[499_990...]))
        #expect(try reader.read(offset: 5, count: 10) == Array(content[5..<15]))
        #expect(server.requests.count == 2)
    }

    @Test func `the whole file is taken where it has none`() throws {
        let server = try server(ranges: false)
        let reader = try store.open(server.url + "/a b/x.parquet")
        #expect(reader.size == 500_000)
        #expect(try reader.read(offset: 5, count: 10) == Array(content[5..<15]) && reader.read(offset: 0, count: 500_000) == content)
        #expect(server.requests.count == 1)
    }

    @Test func `a file is known by HEAD, or by what it gives`() throws {
        let plain = try server(ranges: true), without = try server(ranges: true, head: false)
        #expect(try store.info(plain.url + "/a b/x.parquet")?.size == 500_000)
        #expect(try store.info(without.url + "/a b/x.parquet")?.size == 500_000)
        #expect(try store.info(plain.url + "/none") == nil)
    }

    @Test func `patterns, listings and writes are refused by name`() throws {
        let registry = StoreRegistry()
        func state(_ body: () throws -> Void) -> SQLState? { #expect(throws: SQLError.self) { try body() }?.state }
        #expect(state { _ = try registry.expand("https://example.com/*.parquet") } == .featureNotSupported)
        #expect(state { _ = try store.list("https://example.com/", recursive: false) } == .featureNotSupported)
        #expect(state { _ = try registry.createWriter("https://example.com/x") } == .featureNotSupported)
        for place in ["az://c/x", "abfss://c@a.dfs.core.windows.net/x", "abfs://x", "azure://x", "wasbs://x"] {
            #expect(state { _ = try registry.open(place) } == .featureNotSupported)
        }
    }

    @Test func `a file that is not there is said`() throws {
        let server = try server(ranges: true), registry = StoreRegistry()
        registry.register(store, scheme: "http")
        let error = #expect(throws: SQLError.self) { try registry.expand(server.url + "/none.parquet?x=1") }
        #expect(error?.state == .undefinedFile)
        #expect(try registry.expand(server.url + "/a b/x.parquet").map(\.size) == [500_000])
    }

    @Test func `a bearer token goes to the host that it is for`() throws {
        let secrets = SecretRegistry()
        let server = try CloudDouble { DoubleAnswer($0.header("Authorization") == "Bearer tok" ? 200 : 401, text: "abc") }
        let store = HTTPStore(secrets: secrets, client: CloudClient(CloudEnvironment(variables: [:])))
        #expect(throws: SQLError.self) { try store.open(server.url + "/x") }
        _ = secrets.add(
            CloudSecret(name: "h", kind: .http, provider: .config, scope: [server.url], options: ["bearer_token": Secret("tok")]),
            replaces: true)
        #expect(try store.open(server.url + "/x").read(offset: 0, count: 3) == Array("abc".utf8))
    }
}
