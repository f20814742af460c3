/// What every operator of a running statement may use.

import LodeCore
import LodeFunctions
import LodePlan
import Synchronization

/// One statement's resources; shared by all its workers.
package final class ExecutionContext: Sendable {
    private static let statements = Atomic<Int>(0)

    package let pool: WorkerPool
    /// By which the pool knows whose runs are one statement's.
    let statement = statements.add(1, ordering: .relaxed).newValue
    package let memory: MemoryBudget
    package let cancellation: Cancellation
    package let functions: FunctionContext
    /// What the statement's plans scan.
    package let relations: Relations
    /// Workers that the statement may use.
    package let threads: Int

    /// Memory without which a statement is not begun.
    package static let minimumGrant = 4 << 20

    package init(
        pool: WorkerPool, memory: MemoryBudget, cancellation: Cancellation, functions: FunctionContext,
        relations: Relations = Relations(), threads: Int
    ) {
        self.pool = pool
        self.memory = memory
        self.cancellation = cancellation
        self.functions = functions
        self.relations = relations
        self.threads = max(1, min(threads, pool.workers))
    }
}
