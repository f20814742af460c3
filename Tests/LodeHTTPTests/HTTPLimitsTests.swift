// What all connections may take together.

import Testing

@testable import LodeHTTP

@Suite struct HTTPLimitsTests {
    @Test func `there is room for so many connections`() {
        let limits = HTTPLimits()
        for _ in 0..<HTTPLimits.maximumConnections { #expect(limits.enter()) }
        #expect(!limits.enter())
        limits.leave()
        #expect(limits.enter())
    }

    @Test func `bodies together are bounded`() {
        let limits = HTTPLimits()
        #expect(limits.hold(HTTPLimits.maximumBytes - 1) && limits.hold(1))
        #expect(!limits.hold(1) && !limits.hold(.max))
        limits.free(1)
        #expect(limits.hold(1) && !limits.hold(1))
    }
}

@Suite struct LoopbackAddressTests {
    @Test(arguments: [
        ("127.0.0.1", true), ("127.1.2.3", true), ("localhost", true), ("::1", true), ("0.0.0.0", false), ("::", false),
        ("10.0.0.1", false),
        ("127.0.0.1.example.org", false), ("127.a.b.c", false), ("", false),
    ]) func `what is this machine's own is known`(host: String, expected: Bool) {
        #expect(LoopbackAddress.isOne(host) == expected)
    }
}
