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
    /// Where operators spill, once they do; nil if nowhere.
    package let temporaryDirectory: String?

    package init(
        memory: MemoryBudget, cancellation: Cancellation, functions: FunctionContext, threads: Int, temporaryDirectory: String? = nil
    ) {
        self.memory = memory
        self.cancellation = cancellation
        self.functions = functions
        self.threads = threads
        self.temporaryDirectory = temporaryDirectory
    }
}
