/// Threads that do one piece of work together and fail together.

import Glibc
import LodeCore
import Synchronization

/// A fixed number of workers. Starting one costs some 15 microseconds, so they live for one pipeline only.
package final class WorkerGroup: Sendable {
    package typealias Body = @Sendable (_ worker: Int, _ group: WorkerGroup) throws(SQLError) -> Void

    private let failure = Lock<SQLError?>(nil)
    private let failed = Atomic<Bool>(false)
    private let cancellation: Cancellation
    private let body: Body

    /// Enough for expressions nested as deeply as the parser allows.
    private static let stackBytes = 8 << 20

    private init(_ cancellation: Cancellation, _ body: @escaping Body) {
        self.cancellation = cancellation
        self.body = body
    }

    /// Runs `body` as `count` workers, numbered from 0; the caller is worker 0.
    /// - Throws: the first error; by then every worker has ended.
    package static func run(_ count: Int, _ cancellation: Cancellation, _ body: @escaping Body) throws(SQLError) {
        let group = WorkerGroup(cancellation, body)
        if count <= 1 { return try body(0, group) }
        var threads: [pthread_t] = []
        for number in 1..<count {
            // A machine that gives no more threads has fewer workers; the caller works in any case.
            if let thread = group.start(number) { threads.append(thread) }
        }
        group.perform(0)
        for thread in threads { pthread_join(thread, nil) }
        if let error = group.failure.withLock({ $0 }) { throw error }
    }

    /// To be called once a chunk.
    /// - Throws: `57014` if the statement was cancelled, or another worker failed (whose error is the one reported).
    package func check() throws(SQLError) {
        try cancellation.check()
        if failed.load(ordering: .relaxed) { throw SQLError(.queryCanceled, "another worker failed") }
    }

    private func perform(_ number: Int) {
        do throws(SQLError) {
            try body(number, self)
        } catch {
            failure.withLock { if $0 == nil { $0 = error } }
            failed.store(true, ordering: .relaxed)
        }
    }

    private final class Start {
        let group: WorkerGroup
        let number: Int

        init(_ group: WorkerGroup, _ number: Int) {
            self.group = group
            self.number = number
        }
    }

    private func start(_ number: Int) -> pthread_t? {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return nil }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        let handed = Unmanaged.passRetained(Start(self, number))
        var thread = pthread_t()
        let status = pthread_create(&thread, &attributes, { argument in
            guard let argument else { return nil }
            let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
            start.group.perform(start.number)
            return nil
        }, handed.toOpaque())
        guard status == 0 else {
            handed.release()
            return nil
        }
        return thread
    }
}
