/// Aggregate states side by side in memory of their own.

import LodeCore
import LodeFunctions
import LodeVectors

/// `count` states that start empty and are destroyed with the block.
final class StateBlock {
    let count: Int
    private let function: BoundAggregate
    /// Beside `function`, whose copies cost a count for each of its closures.
    private let stateBytes: Int
    private let memory: Buffer
    private let hold: MemoryHold

    init(_ function: BoundAggregate, count: Int, _ context: ExecutionContext) throws(SQLError) {
        self.function = function
        stateBytes = function.stateBytes
        self.count = count
        hold = MemoryHold(context.memory, for: "window")
        try hold.grow(by: count * function.stateBytes)
        memory = try Buffer.zeroed(byteCount: count * function.stateBytes)
    }

    /// The address of a state: one of those that the functions of `BoundAggregate` take.
    @inline(__always) subscript(_ index: Int) -> UnsafeMutableRawPointer {
        let offset = index &* stateBytes
        return memory.withUnsafeBytes { $0 + offset }
    }

    deinit {
        if function.destroy == nil { return }
        let function = function
        for index in 0..<count { function.destroyOne(self[index]) }
    }
}

/// Collects states to be combined, and combines many at once, in the order in which they were added.
final class StatePairs {
    private let function: BoundAggregate
    private let memory: Buffer
    private var count = 0
    private let cancellation: Cancellation

    init(_ function: BoundAggregate, _ context: ExecutionContext) throws(SQLError) {
        self.function = function
        cancellation = context.cancellation
        memory = try Buffer(byteCount: 2 * Chunk.capacity * MemoryLayout<UnsafeMutableRawPointer>.stride)
    }

    /// The states to be added, then those that they are added to.
    private var states: MutableLanes<UnsafeMutableRawPointer> {
        @_lifetime(borrow self) get { memory.lanes(as: UnsafeMutableRawPointer.self, keptBy: self) }
    }

    @inline(__always)
    func add(_ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer) throws(SQLError) {
        states[count] = source
        states[Chunk.capacity &+ count] = target
        count &+= 1
        if count == Chunk.capacity { try flush() }
    }

    func flush() throws(SQLError) {
        if count == 0 { return }
        try cancellation.check()
        let pairs = count
        count = 0
        let states = Lanes(self.states)
        try function.combine(states, states + Chunk.capacity, 0, pairs)
    }
}
