/// How fast a service has answered lately.

import LodeCore

/// Measured by all requests to one host: decides how much is fetched at a time, what a request is worth, and when to ask twice.
package final class ServiceMeter: Sendable {
    private struct State {
        /// Nanoseconds from sending to the first byte.
        var waits = Latest(ServiceMeter.samples)
        /// Nanoseconds to the last byte, by the size of the answer.
        var times = Array(repeating: Latest(ServiceMeter.samples), count: ServiceMeter.sizes.count + 1)
        var inFlight = 0
        /// A stretch of time with requests in flight, and what came in it.
        var stretchBegan = 0
        var stretchBytes = 0
        /// Bytes a second of the latest stretches.
        var rates = Latest(ServiceMeter.rateSamples)
        /// What may be asked twice: hundredths of a request.
        var hedges = 500
    }

    /// Answers up to these sizes, and larger ones, are measured apart.
    private static let sizes = [64 << 10, 512 << 10, 4 << 20]
    private static let samples = 128, rateSamples = 16
    /// Of so many requests, one may be asked twice; and so many at once, after a time without.
    private static let hedgeCost = 100, hedgeShare = 4, mostHedges = 1_000
    private static let leastToAsk = 96 << 20, mostToAsk = 192 << 20
    /// Fewer say nothing about the slowest twentieth.
    private static let enough = 20

    private let state = Lock(State())

    package init() {}

    /// The usual time to the first byte, in nanoseconds; a guess before anything is known.
    package var latency: Int {
        state.withLock { state in
            guard !state.waits.values.isEmpty else { return 30_000_000 }
            let sorted = state.waits.values.sorted()
            return sorted[sorted.count / 2]
        }
    }

    /// What has come in a second at best, of late; a guess before anything is known.
    package var bytesPerSecond: Int { state.withLock { max(32 << 20, $0.rates.values.max() ?? 100 << 20) } }

    /// Bytes that arrive in the time of one answer: what has to be in flight for the line to be busy.
    package var bytesInFlight: Int { Int(Double(latency) / 1e9 * Double(bytesPerSecond)) }

    /// What should be asked for before it is wanted: twice as much, so that a line that can do more shows it.
    package var bytesToAsk: Int { min(Self.mostToAsk, max(Self.leastToAsk, 2 * bytesInFlight)) }

    /// Nanoseconds after which only the slowest twentieth of answers of this size are still to come; nil if that is not known.
    package func patience(bytes: Int) -> Int? {
        state.withLock { state in
            let sorted = state.times[Self.kind(bytes)].values.sorted()
            guard sorted.count >= Self.enough else { return nil }
            return max(10_000_000, sorted[sorted.count * 95 / 100] &* 3 / 2)
        }
    }

    /// Whether one more request may be asked twice.
    func takeHedge() -> Bool {
        state.withLock { state in
            guard state.hedges >= Self.hedgeCost else { return false }
            state.hedges -= Self.hedgeCost
            return true
        }
    }

    func sent(at now: Int) {
        state.withLock { state in
            if state.inFlight == 0 {
                state.stretchBegan = now
                state.stretchBytes = 0
            }
            state.inFlight += 1
            state.hedges = min(Self.mostHedges, state.hedges + Self.hedgeShare)
        }
    }

    /// - Parameter answer: when it was sent, when its first byte came, and how long it is; nil for a request that got no whole answer.
    func ended(at now: Int, _ answer: (sent: Int, firstByte: Int, bytes: Int)?) {
        state.withLock { state in
            state.inFlight -= 1
            guard let answer else { return }
            state.waits.add(answer.firstByte &- answer.sent)
            state.times[Self.kind(answer.bytes)].add(now &- answer.sent)
            state.stretchBytes += answer.bytes
            let elapsed = now &- state.stretchBegan
            guard elapsed > 20_000_000, state.stretchBytes > 1 << 20 else { return }
            let rate = Int(Double(state.stretchBytes) / Double(elapsed) * 1e9)
            state.rates.add(rate)
            state.stretchBegan = now
            state.stretchBytes = 0
        }
    }

    private static func kind(_ bytes: Int) -> Int { sizes.firstIndex { bytes <= $0 } ?? sizes.count }
}

/// The latest of many numbers, in no order.
private struct Latest: Sendable {
    private(set) var values: [Int] = []
    private var next = 0
    private let most: Int

    init(_ most: Int) { self.most = most }

    mutating func add(_ value: Int) {
        if values.count < most { values.append(value) } else { values[next] = value }
        next = (next + 1) % most
    }
}
