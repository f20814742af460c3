/// One thing that goes wrong.

import LodeCore

/// What happens, to which operation, on which paths, and when.
package struct Fault: Sendable {
    package enum Operation: Hashable, Sendable, CaseIterable {
        case open, info, list, read, createWriter, write, finish, put, putIfAbsent, delete
    }

    package enum Effect: Sendable {
        /// The call throws and does nothing.
        case fail(SQLError)
        /// The call takes this much longer.
        case delay(micros: UInt32)
        /// Only this many bytes arrive, and the call says that all went well.
        case tear(bytes: Int)
        /// The call does nothing and says that all went well.
        case drop
    }

    package var operation: Operation
    package var effect: Effect
    /// Only paths that contain this text; empty for all.
    package var path: String
    /// Calls to let pass first.
    package var after: Int
    /// How many calls it strikes.
    package var times: Int

    package init(_ operation: Operation, _ effect: Effect, path: String = "", after: Int = 0, times: Int = .max) {
        self.operation = operation
        self.effect = effect
        self.path = path
        self.after = after
        self.times = times
    }
}
