/// One request under way, with its retries.

import AsyncHTTPClient
import LodeCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// What `CloudClient.start` returns. Any number of threads may wait for it. Who drops it without waiting lets it go on.
///
///     attempt ──▶ answer ──▶ accepted ─────────────────────────────▶ result
///        ▲          │
///        └── delay ◀┴ may pass: within attempts, time and budget; else ▶ result
///
/// An attempt that takes longer than most is made twice where the request allows it (`hedgedBytes`): the first good answer counts, and ends
/// the other.
///
/// Retries are signed and sent on a thread of their own pool, since credentials may have to be fetched.
package final class CloudCall: Sendable {
    private struct State {
        var request: CloudRequest
        var attempts = 0
        var redirects = 0
        var result: Result<CloudResponse, SQLError>?
        /// Under way, by number: one, or two of a hedged attempt.
        var tasks: [Int: HTTPClient.Task<CloudResponse>?] = [:]
        var sent = 0
        var waiting: [Int: LodeCore.Semaphore] = [:]
        var nextWaiting = 0
        var handlers: [@Sendable () -> Void] = []
        var renewals = 0
    }

    private let client: CloudClient
    /// Of the statement that began it. Weak, since statements keep calls that nobody has come for yet, and end them when they end.
    private weak let use = Cancellation.current?.remoteUse
    private let state: Lock<State>
    private let deadline: Int
    private static let mostRedirects = 8

    init(_ client: CloudClient, _ request: CloudRequest) {
        self.client = client
        state = Lock(State(request: request))
        deadline = MonotonicClock.now() &+ request.retries.totalSeconds &* 1_000_000_000
    }

    /// Waits for the answer.
    /// - Parameter isShared: whether others may want it, so that it goes on when the calling thread's statement is cancelled.
    /// - Throws: `58030` if there is none, `57014` once the calling thread's statement is cancelled; the request then ends too.
    package func value(isShared: Bool = false) throws(SQLError) -> CloudResponse {
        let woken = LodeCore.Semaphore()
        let cancellation = Cancellation.current
        let number = state.withLock { state -> Int? in
            if state.result != nil { return nil }
            state.nextWaiting += 1
            state.waiting[state.nextWaiting] = woken
            return state.nextWaiting
        }
        if let number {
            let registration = cancellation?.onCancel { woken.signal() }
            woken.wait()
            registration?.end()
            state.withLock { $0.waiting[number] = nil }
        }
        if let result = state.withLock({ $0.result }) { return try result.get() }
        if !isShared { cancel() }
        throw (cancellation ?? Cancellation()).error
    }

    /// Waits for the answer to a change that is under way, whatever becomes of the calling thread's statement: who left now would not know
    /// whether it was made.
    package func uncancelledValue() throws(SQLError) -> CloudResponse {
        let result = Cancellation.$current.withValue(nil) { Result { () throws(SQLError) in try value() } }
        return try result.get()
    }

    /// Whether `value()` would not wait.
    package var isDone: Bool { state.withLock { $0.result != nil } }

    /// Ends it, for everybody who waits.
    package func cancel() { end(.failure(Cancellation().error)) }

    /// Calls `body` when the answer is there, or it is certain that there is none: on the thread that finds out, or at once. It must not
    /// wait.
    package func whenDone(_ body: @escaping @Sendable () -> Void) {
        let isDone = state.withLock { state in
            if state.result != nil { return true }
            state.handlers.append(body)
            return false
        }
        if isDone { body() }
    }

    /// The answer, if it has come and nobody need wait for it.
    package var answer: CloudResponse? { state.withLock { try? $0.result?.get() } }

    // MARK: Attempts

    /// Signs the request and sends it. May block for credentials.
    func attempt(isHedge: Bool = false) {
        let (request, number, isOver) = state.withLock { state in
            if !isHedge { state.attempts += 1 }
            return (state.request, state.attempts, state.result != nil)
        }
        if isOver { return }
        client.counts.sent(request, isRetry: number > 1)
        use?.sent()
        do throws(SQLError) {
            var signed = request
            if isHedge { signed.hedgedBytes = nil }
            try signed.signer?.sign(&signed, seconds: client.secondsNow)
            try send(signed)
        } catch {
            // What goes wrong with the second leaves the first.
            if !isHedge { end(.failure(error)) }
        }
    }

    private func send(_ request: CloudRequest) throws(SQLError) {
        let transport = try CloudTransport.client(TransportSettings(for: request.url, client.environment, request.retries))
        let message: HTTPClient.Request
        do {
            message = try HTTPClient.Request(
                url: request.url.text, method: HTTPMethod(rawValue: request.method.rawValue),
                headers: HTTPHeaders(request.headers.fields.map { ($0.name, $0.value) }),
                body: request.body.isEmpty ? nil : .bytes(request.body))
        } catch {
            throw CloudFailure(error).error(request, attempts: 1)
        }
        let number = state.withLock { state in
            state.sent += 1
            state.tasks[state.sent] = .some(nil)
            return state.sent
        }
        let meter = client.meter(for: request.url), left = max(1, deadline &- MonotonicClock.now())
        let collector = ResponseCollector(
            limit: request.responseLimit, isHead: request.method == .head, expected: request.hedgedBytes
        ) { [weak self] in
            meter.sent(at: MonotonicClock.now())
            if let bytes = request.hedgedBytes { self?.hedge(number, meter.patience(bytes: bytes), meter) }
        }
        let task = transport.execute(
            request: message, delegate: collector, eventLoop: .indifferent, deadline: .now() + .nanoseconds(Int64(left)))
        let isOver = state.withLock { state in
            if state.tasks[number] != nil { state.tasks[number] = task }
            return state.result != nil
        }
        if isOver { task.cancel() }
        task.futureResult.whenComplete { [self] result in
            let isLast = state.withLock { state in
                state.tasks[number] = nil
                return state.tasks.isEmpty
            }
            let times = collector.times
            switch result {
            case .success(let response):
                if let times { meter.ended(at: MonotonicClock.now(), (times.sent, times.began, response.body.count)) }
                client.counts.received(response.body.count)
                use?.received(response.body.count)
                judge(response.isSuccess ? response : response.hiding(request.secrets), isLast)
            case .failure(let error):
                if times != nil { meter.ended(at: MonotonicClock.now(), nil) }
                if isLast { fail(CloudFailure(error)) }
            }
        }
    }

    /// Sends the same again when the attempt is not over by then.
    private func hedge(_ number: Int, _ patience: Int?, _ meter: ServiceMeter) {
        guard let patience else { return }
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .nanoseconds(Int64(patience))) { [weak self] in
            guard let self else { return }
            let isLate = state.withLock { $0.result == nil && $0.sent == number && $0.tasks[number] != nil }
            guard isLate, meter.takeHedge() else { return }
            client.counts.hedged()
            NIOThreadPool.singleton.submit { _ in self.attempt(isHedge: true) }
        }
    }

    /// - Parameter isLast: whether no other answer is to come.
    private func judge(_ response: CloudResponse, _ isLast: Bool) {
        let (request, attempts, isOver) = state.withLock { ($0.request, $0.attempts, $0.result != nil) }
        if isOver { return }
        let verdict = request.judge(response)
        if !isLast, verdict != .accept { return }
        if request.followsRedirects, follow(response, request) { return }
        switch verdict {
        case .accept:
            client.budget(for: request.url).give(attempts > 1 ? 5 : 1)
            end(.success(response))
        case .retry: if !again(cost: 5, throttled: false, response) { end(.success(response)) }
        case .throttled: if !again(cost: 5, throttled: true, response) { end(.success(response)) }
        case .renewCredentials:
            let isFirst = state.withLock { state in
                state.renewals += 1
                return state.renewals <= 4
            }
            request.signer?.forgetCredentials()
            if !isFirst || request.signer == nil || !again(cost: 0, throttled: false, response) { end(.success(response)) }
        case .adjustClock:
            if !client.adjustClock(response) || !again(cost: 0, throttled: false, response) { end(.success(response)) }
        }
    }

    private func fail(_ failure: CloudFailure) {
        let (request, attempts) = state.withLock { ($0.request, $0.attempts) }
        if failure.allowsRetry(request), again(cost: failure.kind == .timeout ? 10 : 5, throttled: false, nil) { return }
        end(.failure(failure.error(request, attempts: attempts)))
    }

    /// Starts another attempt after a while.
    /// - Returns: whether there will be one.
    private func again(cost: Int, throttled: Bool, _ response: CloudResponse?) -> Bool {
        let (request, attempts, isOver) = state.withLock { ($0.request, $0.attempts, $0.result != nil) }
        guard !isOver, attempts < client.environment.attempts(request.retries), client.budget(for: request.url).take(cost) else {
            return false
        }
        var delay = cost == 0 ? 0 : request.retries.delay(after: attempts, throttled: throttled)
        if let wanted = response?.headers["Retry-After"].flatMap({ Int($0) }), wanted > 0 {
            delay = max(delay, min(wanted, request.retries.longestDelayMillis / 1_000) * 1_000_000_000)
        }
        guard MonotonicClock.now() &+ delay < deadline else { return false }
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .nanoseconds(Int64(delay))) { [self] in
            NIOThreadPool.singleton.submit { _ in
                if !self.isDone { self.attempt() }
            }
        }
        return true
    }

    private func follow(_ response: CloudResponse, _ request: CloudRequest) -> Bool {
        guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["Location"],
            let url = request.url.resolving(location)
        else { return false }
        let follows = state.withLock { state in
            guard state.redirects < Self.mostRedirects else { return false }
            state.redirects += 1
            // An attempt that leads elsewhere has not failed.
            state.attempts -= 1
            state.request.url = url
            if url.authority != request.url.authority || (request.url.isSecure && !url.isSecure) {
                state.request.signer = nil
                state.request.headers["Authorization"] = nil
            }
            return true
        }
        if follows { NIOThreadPool.singleton.submit { _ in self.attempt() } }
        return follows
    }

    private func end(_ result: Result<CloudResponse, SQLError>) {
        let (waiting, handlers, tasks) = state.withLock { state in
            if state.result != nil { return ([LodeCore.Semaphore](), [@Sendable () -> Void](), [HTTPClient.Task<CloudResponse>]()) }
            state.result = result
            state.request.body = []
            defer { state.handlers = [] }
            return (Array(state.waiting.values), state.handlers, state.tasks.values.compactMap(\.self))
        }
        for task in tasks { task.cancel() }
        for semaphore in waiting { semaphore.signal() }
        for handler in handlers { handler() }
    }
}
