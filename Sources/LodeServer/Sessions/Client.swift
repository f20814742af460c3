/// A client that has proven who it is: what its event loop and its session's thread share.

import LodeCore
import LodeEngine
import LodeVectors
import NIOCore

/// Messages come in on the event loop and are answered on a thread of their own.
final class Client: Sendable {
    private let mailbox = Mailbox()
    private let threads: SessionThreads
    private let transport: ChannelTransport
    private let cancel: @Sendable () -> Void
    /// The session, which one thread at a time has.
    private let session: Lock<ClientSession>

    /// What a session waits for beside its statements.
    private final class Input: CopyInput {
        let mailbox: Mailbox
        init(_ mailbox: Mailbox) { self.mailbox = mailbox }
        func next() -> (type: UInt8, body: [UInt8])? { mailbox.await().map { ($0.type, $0.body) } }
    }

    init(_ session: sending Session, transport: ChannelTransport, threads: SessionThreads) throws(SQLError) {
        self.threads = threads
        self.transport = transport
        cancel = session.cancel
        let output = try MessageOutput(transport)
        let client = ClientSession(session, output: output, input: Input(mailbox), timeouts: LoopTimeouts(transport.channel.eventLoop))
        self.session = Lock(client)
    }

    var canceller: @Sendable () -> Void { cancel }

    /// Greets the client. Not to be called on an event loop.
    func welcome(before: [BackendMessage], process: Int32, secret: Int32) {
        session.withLock { session in
            do throws(SQLError) { try session.welcome(before: before, process: process, secret: secret) } catch { transport.close() }
        }
    }

    func receive(_ message: Mailbox.Message) {
        guard mailbox.deliver(message) else { return }
        threads.run { self.serve() }
    }

    /// Whether the client should not be read from; `resume` is called when it should again.
    func isFull(resume: @escaping @Sendable () -> Void) -> Bool { mailbox.isFull(resume: resume) }

    /// The connection is gone: what runs ends.
    func disconnected() {
        mailbox.close()
        transport.closed()
        cancel()
    }

    private func serve() {
        session.withLock { session in
            while let message = mailbox.next() {
                do throws(SQLError) {
                    if message == Self.expiry {
                        try session.expire()
                        throw SQLError(.idleSessionTimeout, "")
                    }
                    if try session.handle(type: message.type, body: message.body) { continue }
                } catch {}
                // The client has taken its leave, or is gone.
                mailbox.close()
                transport.close()
            }
            guard let limit = session.idleLimitMilliseconds else { return }
            let quiet = mailbox.deliveries
            transport.channel.eventLoop.scheduleTask(in: .milliseconds(Int64(limit))) {
                if self.mailbox.deliveries == quiet { self.receive(Self.expiry) }
            }
        }
    }

    /// Stands for the end of the server's patience: no client can send it.
    private static let expiry = Mailbox.Message(type: 0, body: [])
}
