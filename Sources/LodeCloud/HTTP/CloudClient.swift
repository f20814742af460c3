/// The HTTP client: what services of the cloud are spoken to with.

import LodeCore

/// Sends requests, many at a time, and tries again what may be tried again.
///
/// It has a face for threads that wait, which workers are:
///
///     let client = CloudClient()
///     var request = CloudRequest(.post, try CloudURL("https://glue.eu-west-1.amazonaws.com"), body: body)
///     request.headers["Content-Type"] = "application/x-amz-json-1.1"
///     request.signer = SigV4Signer(credentials, region: "eu-west-1", service: "glue")
///     request.judge = AWSFault.verdict
///     let response = try client.send(request)          // blocks; any status, whole body
///
/// and one for requests in flight: `start` returns at once, `CloudCall.value()` waits. Either ends with the answer, whatever its status, or
/// with `58030` when there is none within the policy's attempts and time, and with `57014` as soon as the statement for which the
/// calling thread works is cancelled. Connections are kept and shared by all clients of the process. Making a client costs nothing.
package final class CloudClient: Sendable {
    package let environment: CloudEnvironment
    private let budgets = Lock<[String: RetryBudget]>([:])
    private let meters = Lock<[String: ServiceMeter]>([:])
    /// What the services' clocks are ahead of this machine's, in seconds.
    private let clockAhead = Lock<Int64>(0)
    package let counts = RequestCounts()

    package init(_ environment: CloudEnvironment = .process) { self.environment = environment }

    /// Sends and waits for the answer.
    package func send(_ request: CloudRequest) throws(SQLError) -> CloudResponse { try start(request).value() }

    /// Sends, and returns what can be waited for.
    package func start(_ request: CloudRequest) -> CloudCall {
        let call = CloudCall(self, request)
        call.attempt()
        return call
    }

    func budget(for url: CloudURL) -> RetryBudget {
        budgets.withLock { budgets in
            if let known = budgets[url.authority] { return known }
            let budget = RetryBudget()
            budgets[url.authority] = budget
            return budget
        }
    }

    /// How fast the service at a URL answers.
    package func meter(for url: CloudURL) -> ServiceMeter {
        meters.withLock { meters in
            if let known = meters[url.authority] { return known }
            let meter = ServiceMeter()
            meters[url.authority] = meter
            return meter
        }
    }

    var secondsNow: Int64 { CloudTime.secondsNow() + clockAhead.withLock { $0 } }

    /// Takes over the clock of a service that says that this machine's is wrong.
    func adjustClock(_ response: CloudResponse) -> Bool {
        guard let date = response.headers["Date"], let seconds = CloudTime.parseHTTPDate(date) else { return false }
        let ahead = seconds - CloudTime.secondsNow()
        return clockAhead.withLock { known in
            if abs(ahead - known) < 60 { return false }
            known = ahead
            return true
        }
    }
}

/// What was sent and received, for receipts and tests.
package final class RequestCounts: Sendable {
    package struct Values: Sendable, Equatable {
        package var requests = 0
        package var retries = 0
        /// Requests that were sent a second time before the first was answered.
        package var hedges = 0
        package var bytesReceived = 0
        package var bytesSent = 0
        /// By method and, where it is told, by what it was for ("LIST").
        package var byKind: [String: Int] = [:]
    }

    private let values = Lock(Values())

    package var current: Values { values.withLock { $0 } }

    func sent(_ request: CloudRequest, isRetry: Bool) {
        values.withLock { values in
            values.requests += 1
            if isRetry { values.retries += 1 }
            values.bytesSent += request.body.count
            values.byKind[request.kind ?? request.method.rawValue, default: 0] += 1
        }
    }

    func hedged() { values.withLock { $0.hedges += 1 } }

    func received(_ bytes: Int) { values.withLock { $0.bytesReceived += bytes } }
}
