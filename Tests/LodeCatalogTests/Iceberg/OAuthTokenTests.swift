// When a token is used, when it is renewed, and who asks.

import Foundation
import LodeCloud
import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct OAuthTokenTests {
    @Test func `a token is used until a tenth of its time is left, or a minute`() {
        var state = OAuthTokenState(given: nil)
        #expect(state.advice(now: 0) == .renew)
        state.got(Secret("a"), seconds: 3600, now: 1000)
        #expect(state.advice(now: 1000 + 3539) == .use(Secret("a")))
        #expect(state.advice(now: 1000 + 3540) == .renew)
        #expect(state.usable(now: 1000 + 3599) == Secret("a"))
        #expect(state.usable(now: 1000 + 3600) == nil)
        state.got(Secret("b"), seconds: 50, now: 0)
        #expect(state.advice(now: 44) == .use(Secret("b")))
        #expect(state.advice(now: 45) == .renew)
    }

    @Test(arguments: [nil, 0, -5, Int64.max])
    func `a token without a sensible end is used until it is refused`(seconds: Int64?) {
        var state = OAuthTokenState(given: nil)
        state.got(Secret("a"), seconds: seconds, now: 10)
        #expect(state.advice(now: 1 << 40) == .use(Secret("a")))
        state.refused(Secret("a"))
        #expect(state.advice(now: 11) == .renew)
    }

    @Test func `refusing a token does not drop the one that came after it`() {
        var state = OAuthTokenState(given: Secret("a"))
        state.got(Secret("b"), seconds: nil, now: 0)
        state.refused(Secret("a"))
        #expect(state.advice(now: 0) == .use(Secret("b")))
    }

    @Test func `one thread asks for all`() throws {
        let asked = Lock(0)
        let tokens = OAuthTokens(given: nil) { () throws(SQLError) in
            Thread.sleep(forTimeInterval: 0.05)
            asked.withLock { $0 += 1 }
            return ["access_token": "t", "expires_in": 3600]
        }
        let found = Lock<[Secret?]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            let token = (try? tokens.current()) ?? nil
            found.withLock { $0.append(token) }
        }
        #expect(found.withLock { $0 } == Array(repeating: Secret("t"), count: 8))
        #expect(asked.withLock { $0 } == 1)
    }

    @Test func `one that can't be renewed in time is used to its end`() throws {
        let time = Lock<Int64>(0), works = Lock(true)
        let tokens = OAuthTokens(given: nil, now: { time.withLock { $0 } }) { () throws(SQLError) in
            guard works.withLock({ $0 }) else { throw SQLError(.ioError, "down") }
            return ["access_token": "t", "expires_in": 100]
        }
        #expect(try tokens.current() == Secret("t"))
        works.withLock { $0 = false }
        time.withLock { $0 = 95 }
        #expect(try tokens.current() == Secret("t"))
        time.withLock { $0 = 100 }
        #expect(throws: SQLError.self) { try tokens.current() }
    }

    @Test(arguments: [
        "{}", "[]", "null", #"{"access_token": 5}"#, #"{"access_token": ""}"#, #"{"access_token": "a\r\nX-Evil: b"}"#,
    ])
    func `what is no token is none`(answer: String) throws {
        let json = try #require(CloudJSON(Array(answer.utf8)))
        let tokens = OAuthTokens(given: nil) { json }
        #expect(throws: SQLError.self) { try tokens.current() }
    }
}
