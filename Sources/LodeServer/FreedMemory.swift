/// Memory that statements have freed goes back to the system, now and then.

import CLodeIntrinsics
import ServiceLifecycle

/// The allocator keeps what is freed, because the next statement wants it. What many threads free in any order leaves holes, and after
/// hours of mixed work a server would hold a multiple of what it uses. Once every few seconds, what costs a page fault to have again is
/// next to nothing.
package struct FreedMemory: Service {
    private let pause: Duration

    package init(every pause: Duration = .seconds(10)) { self.pause = pause }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: pause)) != nil { lode_give_back_freed_memory() }
        }
    }
}
