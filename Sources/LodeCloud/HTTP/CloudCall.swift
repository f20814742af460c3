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
/// Retries are signed and sent on a thread of their own pool, since credentials may have to be fetched.
package final class CloudCall: Sendable {
    private struct State {
        var request: CloudRequest
        var attempts = 0
        var redirects = 0
        var result: Result<CloudResponse, SQLError>?
        var task: HTTPClient.Task<CloudResponse>?
        var waiting: [Int: LodeCore.Semaphore] = [:]
        var nextWaiting = 0
        var renewals = 0
    }

    private let client: CloudClient
    /// Of the statement that began it.
    private let use = Cancellation.current?.remoteUse
    private let state: Lock<State>
    private let deadline: Int
    private static let mostRedirects = 8

    init(_ client: CloudClient, _ request: CloudRequest) {
        self.client = client
        state = Lock(State(request: request))
        deadline = MonotonicClock.now() &+ request.retries.totalSeconds &* 1_000_000_000
    }

    /// Waits for the answer.
    /// - Throws: `58030` if there is none, `57014` once the calling thread's statement is cancelled; the request then ends too.
    package func value() throws(SQLError) -> CloudResponse {
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
        cancel()
        throw (cancellation ?? Cancellation()).error
    }

    /// Whether `value()` would not wait.
    package var isDone: Bool { state.withLock { $0.result != nil } }

    /// Ends it, for everybody who waits.
    package func cancel() {
        let task = state.withLock { $0.task }
        end(.failure(Cancellation().error))
        task?.cancel()
    }

    // MARK: Attempts

    /// Signs the request and sends it. May block for credentials.
    func attempt() {
        let (request, number) = state.withLock { state in
            state.attempts += 1
            return (state.request, state.attempts)
        }
        client.counts.sent(request, isRetry: number > 1)
        use?.sent()
        do throws(SQLError) {
            var signed = request
            try signed.signer?.sign(&signed, seconds: client.secondsNow)
            try send(signed)
        } catch {
            end(.failure(error))
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
        let left = max(1, deadline &- MonotonicClock.now())
        let task = transport.execute(
            request: message, delegate: ResponseCollector(limit: request.responseLimit, isHead: request.method == .head),
            eventLoop: .indifferent, deadline: .now() + .nanoseconds(Int64(left)))
        let isOver = state.withLock { state in
            state.task = task
            return state.result != nil
        }
        if isOver { task.cancel() }
        task.futureResult.whenComplete { [self] result in
            switch result {
            case .success(let response):
                client.counts.received(response.body.count)
                use?.received(response.body.count)
                judge(response)
            case .failure(let error): fail(CloudFailure(error))
            }
        }
    }

    private func judge(_ response: CloudResponse) {
        let (request, attempts) = state.withLock { ($0.request, $0.attempts) }
        if request.followsRedirects, follow(response, request) { return }
        switch request.judge(response) {
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
        let waiting = state.withLock { state -> [LodeCore.Semaphore] in
            if state.result != nil { return [] }
            state.result = result
            state.task = nil
            state.request.body = []
            return Array(state.waiting.values)
        }
        for semaphore in waiting { semaphore.signal() }
    }
}
