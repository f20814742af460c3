/// NOTIFY and LISTEN: what sessions of a process tell each other.

import LodeCore
import LodeFunctions
import LodeSyntax

package struct Notification: Sendable, Equatable {
    /// Of the session that sent it.
    package var process: Int32
    package var channel: String
    package var payload: String

    package init(process: Int32, channel: String, payload: String) {
        self.process = process
        self.channel = channel
        self.payload = payload
    }
}

/// What has come for a session, until its client can be told.
package final class NotificationInbox: Sendable {
    private struct State {
        var notifications: [Notification] = []
        var whenArrived: (@Sendable () -> Void)?
    }

    private let state = Lock(State())

    /// `body` is called whenever something comes, on the thread of the sender.
    package func onArrival(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.whenArrived = body } }

    /// What has come so far, which is forgotten.
    package func take() -> [Notification] {
        state.withLock { state in
            defer { state.notifications = [] }
            return state.notifications
        }
    }

    fileprivate func put(_ new: [Notification]) {
        let wake = state.withLock { state in
            // A client that never comes to rest does not fill the memory.
            state.notifications.append(contentsOf: new.prefix(max(0, Self.capacity - state.notifications.count)))
            return state.whenArrived
        }
        wake?()
    }

    private static let capacity = 100_000
}

/// Who listens to what.
final class NotificationChannels: Sendable {
    /// By channel, then by the number of the session.
    private let listeners = Lock<[String: [Int32: NotificationInbox]]>([:])

    func listen(to channel: String, _ process: Int32, _ inbox: NotificationInbox) {
        listeners.withLock { $0[channel, default: [:]][process] = inbox }
    }

    /// - Parameter channel: nil is all.
    func unlisten(to channel: String?, _ process: Int32) {
        listeners.withLock { listeners in
            for name in channel.map({ [$0] }) ?? Array(listeners.keys) {
                listeners[name]?[process] = nil
                if listeners[name]?.isEmpty == true { listeners[name] = nil }
            }
        }
    }

    func channels(of process: Int32) -> [String] { listeners.withLock { $0.filter { $0.value[process] != nil }.keys.sorted() } }

    func send(_ notifications: [Notification]) {
        var arrivals: [(inbox: NotificationInbox, what: [Notification])] = []
        listeners.withLock { listeners in
            for (process, inbox) in notifications.reduce(into: [Int32: NotificationInbox](), { all, notification in
                all.merge(listeners[notification.channel] ?? [:]) { first, _ in first }
            }) {
                arrivals.append((inbox, notifications.filter { listeners[$0.channel]?[process] != nil }))
            }
        }
        for arrival in arrivals { arrival.inbox.put(arrival.what) }
    }
}

/// What LISTEN, UNLISTEN and NOTIFY ask for, to be done when their transaction is committed.
enum ChannelRequest: Sendable, Equatable {
    case listen(String)
    /// Nil is all channels.
    case unlisten(String?)
    case notify(String, payload: String)
}

extension Session {
    func request(_ request: ChannelRequest, at span: SourceSpan? = nil) throws(SQLError) {
        if case .notify(let channel, let payload) = request {
            if channel.isEmpty { throw SQLError(.invalidParameterValue, "channel name cannot be empty", at: span) }
            if channel.utf8.count >= 64 { throw SQLError(.invalidParameterValue, "channel name too long", at: span) }
            if payload.utf8.count >= 8000 { throw SQLError(.invalidParameterValue, "payload string too long") }
            // The same is told once a transaction.
            if channelRequests.contains(request) { return }
        }
        channelRequests.append(request)
        if transaction == nil, !isInImplicitBlock { performChannelRequests() }
    }

    /// The transaction is committed.
    func performChannelRequests() {
        var sent: [Notification] = []
        for request in channelRequests {
            switch request {
            case .listen(let channel): engine.channels.listen(to: channel, activity.process, inbox)
            case .unlisten(let channel): engine.channels.unlisten(to: channel, activity.process)
            case .notify(let channel, let payload):
                sent.append(Notification(process: activity.process, channel: channel, payload: payload))
            }
        }
        channelRequests = []
        if !sent.isEmpty { engine.channels.send(sent) }
    }
}
