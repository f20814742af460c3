/// Aggregate states side by side in memory of their own.

import LodeCore
import LodeFunctions
import LodeVectors

/// `count` states that start empty and are destroyed with the block.
final class StateBlock {
    let count: Int
    private let function: BoundAggregate
    private let memory: Buffer
    private let hold: MemoryHold

    init(_ function: BoundAggregate, count: Int, _ context: ExecutionContext) throws(SQLError) {
        self.function = function
        self.count = count
        hold = MemoryHold(context.memory, for: "window")
        try hold.grow(by: count * function.stateBytes)
        memory = try Buffer.zeroed(byteCount: count * function.stateBytes)
    }

    @inline(__always) subscript(_ index: Int) -> UnsafeMutableRawPointer { memory.base + index &* function.stateBytes }

    deinit {
        guard let destroy = function.destroy else { return }
        for index in 0..<count {
            var row = self[index]
            destroy(&row, 0, 1)
        }
    }
}

/// Collects states to be combined, and combines many at once, in the order in which they were added.
final class StatePairs {
    private let function: BoundAggregate
    private let memory: Buffer
    private let sources: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private let targets: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private var count = 0
    private let cancellation: Cancellation

    init(_ function: BoundAggregate, _ context: ExecutionContext) throws(SQLError) {
        self.function = function
        cancellation = context.cancellation
        memory = try Buffer(byteCount: 2 * Chunk.capacity * MemoryLayout<UnsafeMutableRawPointer>.stride)
        sources = memory.base.assumingMemoryBound(to: UnsafeMutableRawPointer.self)
        targets = sources + Chunk.capacity
    }

    @inline(__always)
    func add(_ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer) throws(SQLError) {
        sources[count] = source
        targets[count] = target
        count &+= 1
        if count == Chunk.capacity { try flush() }
    }

    func flush() throws(SQLError) {
        if count == 0 { return }
        try cancellation.check()
        let pairs = count
        count = 0
        try function.combine(UnsafePointer(sources), UnsafePointer(targets), 0, pairs)
    }
}
