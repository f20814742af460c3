// What is kept of remote objects is right, or it is not used.

import CloudDouble
import Foundation
import LodeCloud
import LodeCore
import Synchronization
import Testing

@testable import LodeObjectStore

@Suite struct RemoteCacheTests {
    private let double: S3Double
    private let folder = TemporaryFolder()
    private let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }

    init() throws {
        double = try S3Double()
        double["b/x.parquet"] = content
    }

    private func cache(memory: Int = 64 << 20, onDisk: Bool = false) -> RemoteCache {
        RemoteCache(memory: memory, folder: onDisk ? folder.path : nil)
    }

    private func store(_ cache: RemoteCache, key: String = "K", _ more: [String: String] = [:]) -> S3Store {
        let own = ["AWS_ENDPOINT_URL_S3": double.url, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "Geheim"]
        let environment = CloudEnvironment(variables: own.merging(more) { $1 })
        return S3Store(environment, secrets: SecretRegistry(), client: CloudClient(environment), cache: cache)
    }

    /// One statement: opens the object and reads some of it.
    /// - Returns: what it has asked for.
    @discardableResult
    private func read(
        _ store: S3Store, listing: Bool = false, usesCache: Bool = true, expecting: [UInt8]? = nil
    ) throws -> RemoteUse {
        let statement = Cancellation(), content = expecting ?? content
        statement.remoteUse.usesCache = usesCache
        try Cancellation.$current.withValue(statement) {
            if listing { _ = try store.list("s3://b", recursive: true) }
            let reader = try store.open("s3://b/x.parquet")
            #expect(reader.size == content.count)
            reader.willNeed([1_000..<300_000, 2_000_000..<2_100_000])
            for range in [1_000..<300_000, 2_000_000..<2_100_000, content.count - 500..<content.count] {
                #expect(try reader.read(offset: range.lowerBound, count: range.count) == Array(content[range]))
            }
        }
        return statement.remoteUse
    }

    @Test func `the second reading asks once whether the object is the same`() throws {
        let store = store(cache())
        #expect(try read(store).requests == 3)
        let second = try read(store)
        #expect(second.requests == 1 && second.cacheHits == 2 && second.cachedBytes == 399_000)
        #expect(double.requests.last?.header("Range")?.hasPrefix("bytes=-") == true)
    }

    @Test func `after a listing nothing is asked for but the listing`() throws {
        let store = store(cache())
        try read(store, listing: true)
        double.forgetRequests()
        #expect(try read(store, listing: true).requests == 1)
        #expect(double.requests.map(\.method) == ["GET"] && double.requests.first?.query["list-type"] == "2")
    }

    @Test func `an object that has changed is read anew`() throws {
        let store = store(cache(onDisk: true))
        try read(store)
        let other = content.map { $0 ^ 0x55 }
        double["b/x.parquet"] = other
        #expect(try read(store, expecting: other).cacheHits == 0)
        double["b/x.parquet"] = content
        #expect(try read(store).cacheHits == 2)
    }

    @Test func `bytes of two versions are never mixed in one reading`() throws {
        let store = store(cache())
        try read(store)
        try Cancellation.$current.withValue(Cancellation()) {
            let reader = try store.open("s3://b/x.parquet")
            double["b/x.parquet"] = content.map { $0 ^ 1 }
            #expect(try reader.read(offset: 1_000, count: 10) == Array(content[1_000..<1_010]))
            let error = #expect(throws: SQLError.self) { try reader.read(offset: 500_000, count: 10) }
            #expect(error?.state == .dataCorrupted)
        }
    }

    @Test func `another account finds nothing`() throws {
        let cache = cache(onDisk: true)
        try read(store(cache))
        cache.flush()
        #expect(try read(store(cache, key: "L")).cacheHits == 0)
        #expect(try read(store(cache)).cacheHits == 2)
    }

    @Test func `another process finds the files, and they hold no name and no secret`() throws {
        let first = cache(onDisk: true)
        try read(store(first), listing: true)
        first.flush()
        #expect(try read(store(cache(onDisk: true)), listing: true).requests == 1)
        #expect(try read(store(cache(memory: 0, onDisk: true)), listing: true).requests == 1)
        for case let name as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
            #expect(!name.contains("x.parquet") && !name.contains("K"))
            guard let data = FileManager.default.contents(atPath: "\(folder.path)/\(name)") else { continue }
            #expect(data.range(of: Data("Geheim".utf8)) == nil && data.range(of: Data("x.parquet".utf8)) == nil)
        }
    }

    @Test func `torn files are fetched again`() throws {
        let first = cache(onDisk: true)
        try read(store(first))
        first.flush()
        for case let name as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() where name.contains("-") {
            let path = "\(folder.path)/\(name)"
            guard var data = FileManager.default.contents(atPath: path), !data.isEmpty else { continue }
            data[data.count / 2] ^= 4
            try data.write(to: URL(fileURLWithPath: path))
        }
        let again = try read(store(cache(onDisk: true)))
        #expect(again.cacheHits == 0 && again.requests == 3)
    }

    @Test func `what is encrypted with the customer's key is not written to disk`() throws {
        let cache = cache(onDisk: true), secrets = SecretRegistry()
        let environment = CloudEnvironment(variables: [:])
        let options = [
            "key_id": "K", "secret": "Geheim", "endpoint": double.url, "customer_key": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
        ]
        _ = secrets.add(
            CloudSecret(name: "s", kind: .s3, provider: .config, scope: ["s3://b"], options: options.mapValues { Secret($0) }),
            replaces: false)
        let store = S3Store(environment, secrets: secrets, client: CloudClient(environment), cache: cache)
        try read(store)
        cache.flush()
        #expect(FileManager.default.enumerator(atPath: folder.path)?.allObjects.isEmpty == true)
        #expect(try read(store).cacheHits == 2)
    }

    @Test func `a statement may do without`() throws {
        let store = store(cache())
        try read(store)
        #expect(try read(store, usesCache: false).cacheHits == 0)
        let fresh = cache()
        try read(self.store(fresh), usesCache: false)
        #expect(fresh.memoryBytes == 0)
    }

    @Test func `two readers of one range share a request`() throws {
        let store = store(cache())
        double.tamper { request, answer in if request.header("Range") == "bytes=0-599999" { answer.delayMillis = 200 } }
        try Cancellation.$current.withValue(Cancellation()) {
            let one = try store.open("s3://b/x.parquet"), other = try store.open("s3://b/x.parquet")
            double.forgetRequests()
            one.willNeed([0..<600_000])
            other.willNeed([0..<600_000])
            #expect(try other.read(offset: 0, count: 600_000) == Array(content[0..<600_000]))
            #expect(try one.read(offset: 0, count: 600_000) == Array(content[0..<600_000]))
            #expect(double.requests.count == 1)
        }
    }

    @Test func `a request that its last owner drops while others look for it is cancelled`() throws {
        let cache = cache(), environment = CloudEnvironment(variables: [:]), client = CloudClient(environment)
        double.tamper { _, answer in answer.delayMillis = 5_000 }
        let url = try CloudURL("\(double.url)/b/x.parquet")
        let cached = CachedObject(
            identity: ObjectIdentity(reader: "r", place: url.text, etag: "e", size: 1_000), staysInMemory: true,
            meter: client.meter(for: url))
        let object = RemoteObject(
            path: "s3://b/x.parquet", size: 1_000, etag: "e", modifiedMicros: 0, client: client, request: CloudRequest(.get, url),
            cache: (cache, cached))
        let isOver = Atomic(false), looks = Atomic(0)
        Thread {
            while !isOver.load(ordering: .relaxed) {
                _ = cache.fetch(of: cached, at: 999)
                looks.add(1, ordering: .relaxed)
            }
        }.start()
        for number in 0..<500 {
            let fetch = RemoteFetch.start(object, number..<number + 1), seen = looks.load(ordering: .relaxed)
            while looks.load(ordering: .relaxed) == seen {}
            withExtendedLifetime(fetch) {}
        }
        isOver.store(true, ordering: .relaxed)
        #expect(cache.fetch(of: cached, at: 5) == nil)
    }

    @Test func `the limit of memory holds`() throws {
        let cache = cache(memory: 500_000)
        try read(store(cache))
        #expect(cache.memoryBytes <= 500_000)
    }
}
