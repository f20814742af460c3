/// A client that has proven who it is: what its event loop and its session's thread share.

import LodeCore
import LodeEngine
import LodeVectors
import NIOCore

/// Messages come in on the event loop and are answered on a session thread, which the client has only as long as there is something to do
/// for it: not while it is idle, nor while its rows are computed, nor while it does not take them. Look-ups, which wait for nobody, are
/// answered on the event loop itself: handing them over would take longer.
final class Client: Sendable {
    private let mailbox = Mailbox()
    private let threads: SessionThreads
    private let transport: ChannelTransport
    private let interrupt: @Sendable (Cancellation.Reason) -> Void
    let activity: SessionActivity
    /// The session, which one thread at a time has.
    private let session: Lock<ClientSession>

    init(_ session: sending Session, transport: ChannelTransport, threads: SessionThreads) throws(SQLError) {
        self.threads = threads
        self.transport = transport
        interrupt = session.interrupt
        activity = session.activity
        let inbox = session.inbox
        self.session = Lock(ClientSession(session, output: try MessageOutput(transport), input: MailInput(mailbox)))
        inbox.onArrival { [weak self] in self?.tellNews() }
    }

    /// Makes the statement fail that is being executed, if there is one.
    func cancel(_ reason: Cancellation.Reason) { interrupt(reason) }

    /// Greets the client. Not to be called on an event loop.
    func welcome(before: [BackendMessage], process: Int32, secret: Int32) {
        session.withLock { session in
            do throws(SQLError) { try session.welcome(before: before, process: process, secret: secret) } catch { transport.close() }
        }
    }

    /// Takes a message.
    /// - Returns: whether the client must be served: by `begin`, when everything is here that came with it.
    func receive(_ message: Mailbox.Message) -> Bool { mailbox.deliver(message) }

    /// On the event loop: answers what has come as far as that is quick, and has a thread do the rest.
    func begin() {
        if !serve(quickly: true) { goOn() }
    }

    /// Whether the client should not be read from; `resume` is called when it should again.
    func isFull(resume: @escaping @Sendable () -> Void) -> Bool { mailbox.isFull(resume: resume) }

    /// The connection is gone: what runs ends.
    func disconnected() {
        transport.closed()
        cancel(.droppedConsumer)
        if mailbox.close() { goOn() }
    }

    /// Takes the client's leave when what it has asked for so far is done.
    func dismiss(_ error: SQLError) { take(.dismissed(error)) }

    /// Ends the connection: what runs fails.
    func terminate() {
        cancel(.adminCommand)
        dismiss(ConnectionRegistry.farewell)
    }

    private func take(_ farewell: Mailbox.Farewell) {
        if mailbox.deliver(farewell) { goOn() }
    }

    private func goOn() {
        if threads.run({ _ = self.serve(quickly: false) }) { return }
        // Nobody is there to do what it asks for.
        transport.refuse(SQLError(.insufficientResources, "no thread could be started for the session"))
    }

    private func tellNews() {
        if mailbox.deliverNews() { begin() }
    }

    private func wake() {
        if mailbox.wake() { goOn() }
    }

    /// - Parameter quickly: whether the thread has no time for anything but look-ups.
    /// - Returns: whether everything is done, or waits for somebody; if not, a thread with time must go on.
    private func serve(quickly: Bool) -> Bool {
        session.withLock { session in
            while !mailbox.isClosed {
                do throws(SQLError) {
                    if try !session.advance({ self.wake() }) {
                        if mailbox.park() { return true }
                        continue
                    }
                    if quickly, let message = mailbox.first, !session.isQuick(type: message.type, body: message.body) { return false }
                    switch mailbox.next() {
                    case .message(let message): if try session.handle(type: message.type, body: message.body) { continue }
                    case .farewell(.dismissed(let error)): try session.takeLeave(error)
                    case .news:
                        try session.tellNews()
                        continue
                    case .farewell(.expired): try session.takeLeave(session.expired)
                    case .nothing:
                        expectMessage(idleFor: session.idleLimitMilliseconds)
                        return true
                    }
                } catch {}
                // The client has taken its leave, or is gone.
                _ = mailbox.close()
                transport.close()
            }
            session.drop()
            return true
        }
    }

    /// Ends a session whose client says nothing for too long.
    private func expectMessage(idleFor limit: Int?) {
        guard let limit else { return }
        let quiet = mailbox.deliveries
        transport.channel.eventLoop.scheduleTask(in: .milliseconds(Int64(limit))) { [weak self] in
            guard let self, mailbox.deliveries == quiet else { return }
            take(.expired)
        }
    }
}

/// The client's messages in the midst of a statement: the data of COPY.
private final class MailInput: CopyInput {
    private let mailbox: Mailbox

    init(_ mailbox: Mailbox) { self.mailbox = mailbox }

    func poll() -> CopyMessage {
        switch mailbox.poll() {
        case .message(let message): .message(type: message.type, body: message.body)
        case .waiting(let wait): .waiting(wait)
        case .closed: .gone
        }
    }
}
