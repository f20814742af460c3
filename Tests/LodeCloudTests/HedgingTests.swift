import CloudDouble
import LodeCore
import Testing

@testable import LodeCloud

@Suite struct HedgingTests {
    private let client = CloudClient(CloudEnvironment(variables: [:]))

    private func get(_ double: CloudDouble, hedged: Bool = true) throws -> CloudResponse {
        var request = CloudRequest(.get, try CloudURL(double.url + "/x"))
        if hedged { request.hedgedBytes = 2 }
        return try client.send(request)
    }

    @Test func `a request that takes longer than most is sent twice, and the first good answer counts`() throws {
        let double = try CloudDouble { DoubleAnswer(200, text: $0.number == 41 ? "slow" : "ok", delayMillis: $0.number == 41 ? 5_000 : 0) }
        for _ in 0..<40 { #expect(try get(double).text == "ok") }
        let start = MonotonicClock.now()
        #expect(try get(double).text == "ok")
        #expect(MonotonicClock.now() - start < 3_000_000_000)
        #expect(client.counts.current.hedges >= 1 && double.requests.count >= 42)
    }

    @Test func `what must not be sent twice is not`() throws {
        let double = try CloudDouble { DoubleAnswer(200, text: $0.number == 41 ? "slow" : "ok", delayMillis: $0.number == 41 ? 300 : 0) }
        for _ in 0..<40 { #expect(try get(double, hedged: false).text == "ok") }
        #expect(try get(double, hedged: false).text == "slow")
        #expect(client.counts.current.hedges == 0)
    }

    @Test func `a service that is slow as a whole is not asked twice as often`() throws {
        let double = try CloudDouble { DoubleAnswer(200, text: "ok", delayMillis: $0.number > 30 ? 60 : 0) }
        for _ in 0..<30 { #expect(try get(double).text == "ok") }
        for _ in 0..<60 { #expect(try get(double).text == "ok") }
        // The credit of the beginning, and one of 25.
        #expect(client.counts.current.hedges <= 10)
    }

    @Test func `the second of two requests that fails leaves the first`() throws {
        let double = try CloudDouble {
            switch $0.number {
            case ...40: DoubleAnswer(200, text: "ok")
            case 41: DoubleAnswer(200, text: "late", delayMillis: 400)
            default: DoubleAnswer(500, text: "no")
            }
        }
        for _ in 0..<40 { #expect(try get(double).text == "ok") }
        #expect(try get(double).text == "late")
    }
}
