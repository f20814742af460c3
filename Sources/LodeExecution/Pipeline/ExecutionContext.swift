/// What every operator of a running statement may use.

import LodeCore
import LodeFunctions

/// One statement's resources; shared by all its workers.
package final class ExecutionContext: Sendable {
    package let memory: MemoryBudget
    package let cancellation: Cancellation
    package let functions: FunctionContext
    /// Workers a pipeline may use.
    package let threads: Int

    package init(memory: MemoryBudget, cancellation: Cancellation, functions: FunctionContext, threads: Int) {
        self.memory = memory
        self.cancellation = cancellation
        self.functions = functions
        self.threads = threads
    }
}
