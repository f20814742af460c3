// When a session needs a thread, and when it has none.

import LodeCore
import Testing

@testable import LodeServer

@Suite struct MailboxTests {
    private let message = Mailbox.Message(type: UInt8(ascii: "S"), body: [])

    private func next(_ mailbox: Mailbox) -> String {
        switch mailbox.next() {
        case .message: "message"
        case .farewell(.dismissed(let error)): error.message
        case .farewell(.expired): "expired"
        case .news: "news"
        case .nothing: "nothing"
        }
    }

    @Test func `the first message needs a thread, those that follow find it there`() {
        let mailbox = Mailbox()
        #expect(mailbox.deliver(message) && !mailbox.deliver(message))
        #expect([next(mailbox), next(mailbox), next(mailbox)] == ["message", "message", "nothing"])
        #expect(mailbox.deliver(message))
    }

    @Test func `a parked session needs a thread when it is woken, not for messages`() {
        let mailbox = Mailbox()
        _ = mailbox.deliver(message)
        #expect(mailbox.park())
        #expect(!mailbox.deliver(message))
        #expect(mailbox.wake() && !mailbox.wake())
    }

    @Test func `a session that was woken before it parks goes on`() {
        let mailbox = Mailbox()
        _ = mailbox.deliver(message)
        #expect(!mailbox.wake())
        #expect(!mailbox.park())
        #expect(mailbox.park())
    }

    @Test func `a parked session whose client is gone needs a thread to let go`() {
        let mailbox = Mailbox()
        _ = mailbox.deliver(message)
        #expect(mailbox.park() && mailbox.close())
        #expect(!mailbox.wake() && !mailbox.deliver(message))
        let other = Mailbox()
        _ = other.deliver(message)
        #expect(!other.close() && !other.park())
    }

    @Test func `a farewell comes after all messages`() {
        let mailbox = Mailbox()
        #expect(mailbox.deliver(.dismissed(SQLError(.adminShutdown, "the end"))))
        #expect(!mailbox.deliver(message))
        #expect([next(mailbox), next(mailbox)] == ["message", "the end"])
    }

    @Test func `news come when nothing else is to be done, and once`() {
        let mailbox = Mailbox()
        #expect(mailbox.deliverNews() && !mailbox.deliverNews() && !mailbox.deliver(message))
        #expect([next(mailbox), next(mailbox), next(mailbox)] == ["message", "news", "nothing"])
        _ = mailbox.close()
        #expect(!mailbox.deliverNews())
    }

    @Test func `a client that says something has not expired`() {
        let mailbox = Mailbox()
        #expect(mailbox.deliver(.expired))
        _ = mailbox.deliver(message)
        #expect([next(mailbox), next(mailbox)] == ["message", "nothing"])
    }

    @Test func `a full mailbox is read again when it is emptied`() {
        let mailbox = Mailbox(), called = Lock(0)
        _ = mailbox.deliver(Mailbox.Message(type: 100, body: Array(repeating: 0, count: Mailbox.fullBytes)))
        #expect(mailbox.isFull { called.withLock { $0 += 1 } })
        _ = mailbox.next()
        #expect(called.withLock { $0 } == 1)
        #expect(!mailbox.isFull {})
    }
}
