/// Alarms on an event loop.

import LodeCore
import NIOCore
import Synchronization

final class LoopTimeouts: StatementTimeouts {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func start(milliseconds: Int, _ expire: @escaping @Sendable () -> Void) -> any StatementTimeout {
        LoopTimeout(loop, milliseconds, expire)
    }

    private final class LoopTimeout: StatementTimeout {
        private final class Flag: Sendable {
            let isSet = Atomic<Bool>(false)
        }

        private let flag = Flag()
        private let task: Scheduled<Void>

        init(_ loop: any EventLoop, _ milliseconds: Int, _ expire: @escaping @Sendable () -> Void) {
            let flag = flag
            task = loop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {
                flag.isSet.store(true, ordering: .relaxed)
                expire()
            }
        }

        var hasPassed: Bool { flag.isSet.load(ordering: .relaxed) }
        func stop() { task.cancel() }
    }
}
