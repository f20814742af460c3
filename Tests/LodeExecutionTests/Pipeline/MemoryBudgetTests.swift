// One budget a process, a part for each statement: limits, grants, waiting in line, giving back.

import LodeCore
import Synchronization
import Testing

@Suite struct MemoryBudgetTests {
    @Test func `what a statement reserves is counted above, and given back with it`() {
        let process = MemoryBudget(limit: 1000)
        do {
            let statement = process.child(limit: 500)
            #expect(statement.tryReserve(300) && process.reservedBytes == 300)
            statement.release(100)
            #expect(process.reservedBytes == 200 && statement.peakBytes == 300)
        }
        #expect(process.reservedBytes == 0 && process.peakBytes == 300)
    }

    @Test func `the limit of either refuses, and says which`() {
        let process = MemoryBudget(limit: 1000)
        let one = process.child(limit: 600), other = process.child(limit: 600)
        #expect(!one.tryReserve(601) && one.tryReserve(600) && !other.tryReserve(500))
        #expect(other.refusal(500, "sort").detail?.contains("All statements") == true)
        #expect(one.refusal(500, "sort").detail?.contains("memory_limit = 600") == true)
        #expect(process.reservedBytes == 600 && other.reservedBytes == 0)
    }

    @Test func `a grant is set aside, and growth up to it is free`() {
        let process = MemoryBudget(limit: 1000)
        let statement = process.child(limit: 800), decided = ErrorBox()
        statement.admit(300, Cancellation()) { decided.set($0) }
        #expect(process.reservedBytes == 300 && statement.reservedBytes == 0)
        #expect(statement.tryReserve(200) && process.reservedBytes == 300)
        #expect(statement.tryReserve(200) && process.reservedBytes == 400)
        statement.release(400)
        #expect(process.reservedBytes == 300)
    }

    @Test func `whoever comes when too little is free waits in line until there is`() {
        let process = MemoryBudget(limit: 1000)
        let order = Lock<[String]>([])
        let first = process.child(limit: 1000), second = process.child(limit: 1000), small = process.child(limit: 1000)
        #expect(process.tryReserve(900))
        first.admit(500, Cancellation()) { _ in order.withLock { $0.append("first") } }
        second.admit(400, Cancellation()) { _ in order.withLock { $0.append("second") } }
        // It would fit, but comes after those.
        small.admit(50, Cancellation()) { _ in order.withLock { $0.append("small") } }
        #expect(order.withLock { $0 } == [])
        process.release(400)
        #expect(order.withLock { $0 } == ["first"])
        process.release(500)
        #expect(order.withLock { $0 } == ["first", "second", "small"])
    }

    @Test func `patience ends with an error, and those behind move up`() {
        let process = MemoryBudget(limit: 1000)
        #expect(process.tryReserve(600))
        let large = process.child(limit: 1000), small = process.child(limit: 1000)
        let refused = ErrorBox(), isRefused = Semaphore(), isAdmitted = Semaphore()
        large.admit(500, patience: 1_000_000, Cancellation()) { error in
            refused.set(error)
            isRefused.signal()
        }
        small.admit(300, Cancellation()) { _ in isAdmitted.signal() }
        isRefused.wait()
        isAdmitted.wait()
        #expect(refused.error?.state == .outOfMemory && process.reservedBytes == 900)
    }

    @Test func `a cancelled statement leaves the line`() {
        let process = MemoryBudget(limit: 100), cancellation = Cancellation(), refused = ErrorBox()
        #expect(process.tryReserve(100))
        let statement = process.child(limit: 100)
        statement.admit(50, cancellation) { refused.set($0) }
        cancellation.cancel()
        #expect(refused.error?.state == .queryCanceled)
        process.release(100)
        #expect(process.reservedBytes == 0)
    }

    @Test func `holders are asked before somebody is refused, those with most first`() {
        final class Holder: MemoryHolder {
            let budget: MemoryBudget, held: Atomic<Int>
            init(_ budget: MemoryBudget, _ bytes: Int) {
                self.budget = budget
                held = Atomic(bytes)
                _ = budget.tryReserve(bytes)
            }
            var revocableBytes: Int { held.load(ordering: .relaxed) }
            func revoke(_ bytes: Int) -> Int {
                let given = held.exchange(0, ordering: .relaxed)
                budget.release(given)
                return given
            }
        }
        let process = MemoryBudget(limit: 1000)
        let statement = process.child(limit: 1000)
        let small = Holder(process, 200), large = Holder(process, 600)
        let registrations = [process.register(small), process.register(large)]
        #expect(statement.tryReserve(700))
        #expect(small.revocableBytes == 200 && large.revocableBytes == 0)
        withExtendedLifetime(registrations) {}
    }

    @Test func `many threads leave nothing behind`() {
        let process = MemoryBudget(limit: 10_000), isOver = Semaphore()
        let statement = process.child(limit: 5000)
        for _ in 0..<4 {
            PosixThread {
                for size in 0..<5000 where statement.tryReserve(size % 700) { statement.release(size % 700) }
                isOver.signal()
            }.start()
        }
        for _ in 0..<4 { isOver.wait() }
        #expect(statement.reservedBytes == 0 && process.reservedBytes == 0)
    }
}
