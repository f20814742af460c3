import CloudDouble
import LodeCore
import Testing

@testable import LodeCloud

/// Retries that do not make tests wait.
func quick(attempts: Int = 4) -> RetryPolicy {
    var policy = RetryPolicy()
    policy.attempts = attempts
    policy.firstDelayMillis = 1
    policy.longestDelayMillis = 20
    policy.idleMillis = 300
    policy.totalSeconds = 20
    return policy
}

@Suite struct CloudClientTests {
    private let client = CloudClient(CloudEnvironment(variables: [:]))

    private func request(_ double: CloudDouble, _ path: String = "/x", _ method: CloudRequest.Method = .get) throws -> CloudRequest {
        var request = CloudRequest(method, try CloudURL(double.url + path))
        request.retries = quick()
        return request
    }

    @Test func `an answer arrives whole, whatever its status`() throws {
        let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let double = try CloudDouble {
            $0.path == "/x" ? DoubleAnswer(200, body, headers: [("ETag", "\"e\"")]) : DoubleAnswer(404, text: "no")
        }
        let response = try client.send(try request(double))
        #expect(response.status == 200 && response.body == body && response.headers["etag"] == "\"e\"")
        #expect(try client.send(try request(double, "/y")).status == 404)
        #expect(try client.send(try request(double, "/x", .head)).headers["Content-Length"] == "300000")
    }

    @Test func `bodies and headers are sent as they are given`() throws {
        let double = try CloudDouble { DoubleAnswer(200, $0.body, headers: [("Echo", $0.header("x-amz-meta") ?? "")]) }
        var put = try request(double, "/a%20b/%C3%BC?x=1%2B1", .put)
        put.headers["x-amz-meta"] = "v"
        put.body = Array("hello".utf8)
        let response = try client.send(put)
        #expect(response.text == "hello" && response.headers["Echo"] == "v")
        #expect(double.requests.first?.target == "/a%20b/%C3%BC?x=1%2B1")
    }

    @Test(arguments: [500, 502, 503, 504, 429])
    func `faults that pass are tried again`(status: Int) throws {
        let double = try CloudDouble { $0.number < 3 ? DoubleAnswer(status, text: "later") : DoubleAnswer(200, text: "ok") }
        #expect(try client.send(try request(double)).text == "ok")
        #expect(double.requests.count == 3)
    }

    @Test func `faults that stay give the last answer after the attempts of the policy`() throws {
        let double = try CloudDouble { _ in DoubleAnswer(503, text: "SlowDown") }
        #expect(try client.send(try request(double)).status == 503)
        #expect(double.requests.count == 4)
    }

    @Test(arguments: [DoubleAnswer.Fault.hangUp, .tear(after: 10), .tear(after: 0), .stall(after: 10), .announce(length: 4_000)])
    func `a torn, stalled or mismeasured body is never an answer`(fault: DoubleAnswer.Fault) throws {
        let whole = [UInt8](repeating: 7, count: 2_000)
        let double = try CloudDouble { DoubleAnswer(200, whole, fault: $0.number < 3 ? fault : .none) }
        #expect(try client.send(try request(double)).body == whole)
        #expect(double.requests.count == 3)
        double.become { _ in DoubleAnswer(200, whole, fault: fault) }
        #expect(throws: SQLError.self) { try client.send(try request(double)) }
    }

    @Test func `what may have had an effect is not sent twice unless that does no harm`() throws {
        let double = try CloudDouble { DoubleAnswer(200, text: "ok", fault: $0.number == 1 ? .hangUp : .none) }
        var post = try request(double, "/x", .post)
        post.isIdempotent = false
        #expect(throws: SQLError.self) { try client.send(post) }
        #expect(double.requests.count == 1)
    }

    @Test func `nobody there is said clearly`() throws {
        let double = try CloudDouble { _ in DoubleAnswer() }
        let gone = try request(double)
        double.stop()
        let error = #expect(throws: SQLError.self) { try client.send(gone) }
        #expect(error?.state == .ioError && error?.message.contains(gone.url.authority) == true)
    }

    @Test func `a cancelled statement stops waiting at once`() throws {
        let double = try CloudDouble { _ in DoubleAnswer(200, text: "late", delayMillis: 5_000) }
        var slow = try request(double)
        slow.retries.idleMillis = 10_000
        let cancellation = Cancellation(), start = MonotonicClock.now()
        let alarm = Alarm.after(50_000_000) { cancellation.cancel() }
        let error = #expect(throws: SQLError.self) { try Cancellation.$current.withValue(cancellation) { try client.send(slow) } }
        alarm.cancel()
        #expect(error?.state == .queryCanceled)
        #expect(MonotonicClock.now() - start < 2_000_000_000)
    }

    @Test func `several threads may wait for one call, and many calls are in flight`() throws {
        let double = try CloudDouble { _ in DoubleAnswer(200, text: "ok", delayMillis: 100) }
        let start = MonotonicClock.now()
        let calls = try (0..<50).map { client.start(try request(double, "/\($0)")) }
        let done = Lock(0)
        let threads = (0..<4).map { _ in
            PosixThread { if (try? calls[0].value().text) == "ok" { done.withLock { $0 += 1 } } }
        }
        for thread in threads { thread.start() }
        for call in calls { #expect(try call.value().text == "ok") }
        while done.withLock({ $0 }) < 4, MonotonicClock.now() - start < 5_000_000_000 {
            _ = Semaphore().wait(until: MonotonicClock.now() + 1_000_000)
        }
        #expect(done.withLock { $0 } == 4)
        #expect(MonotonicClock.now() - start < 3_000_000_000)
    }

    @Test func `redirects are followed where that is asked for, and the signature stays behind`() throws {
        let other = try CloudDouble { DoubleAnswer(200, text: $0.header("Authorization") ?? "nobody") }
        let double = try CloudDouble { _ in DoubleAnswer(302, headers: [("Location", "\(other.url)/there")]) }
        var plain = try request(double)
        #expect(try client.send(plain).status == 302)
        plain.followsRedirects = true
        plain.headers["Authorization"] = "Bearer x"
        #expect(try client.send(plain).text == "nobody")
    }

    @Test func `a budget bounds the retries`() {
        let budget = RetryBudget(capacity: 12)
        #expect(budget.take(5) && budget.take(5) && !budget.take(5))
        budget.give(100)
        #expect(budget.take(10) && !budget.take(5))
    }

    @Test func `waits grow, with a random part, up to a bound`() {
        let policy = RetryPolicy()
        #expect(policy.delay(after: 1, throttled: false, random: { $0.lowerBound }) == 25_000_000)
        #expect(policy.delay(after: 2, throttled: false, random: { $0.upperBound }) == 100_000_000)
        #expect(policy.delay(after: 60, throttled: true, random: { $0.upperBound }) == 5_000_000_000)
        #expect(
            policy.delay(after: 1, throttled: true, random: { $0.lowerBound })
                > policy.delay(after: 1, throttled: false, random: { $0.lowerBound }))
    }

    @Test func `proxies are those of the environment, and not for this machine`() throws {
        let environment = CloudEnvironment(variables: ["HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": ".internal, example.com"])
        func proxy(_ url: String) throws -> String? { TransportSettings(for: try CloudURL(url), environment, .standard).proxy?.text }
        #expect(try proxy("https://s3.amazonaws.com") == "http://proxy:3128/")
        #expect(try proxy("http://s3.amazonaws.com") == nil)
        #expect(try proxy("https://127.0.0.1:9000") == nil)
        #expect(try proxy("https://a.internal") == nil && proxy("https://example.com") == nil && proxy("https://notexample.com") != nil)
    }
}
