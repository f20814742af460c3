/// The memory that aggregate states own beside their bytes, counted against the limit.

import Glibc
import LodeCore

/// Where the states of one aggregate grow. States that were made without an operator are not limited.
package struct StateMemory: Sendable {
    fileprivate let budget: MemoryBudget?
    fileprivate let purpose: String
    /// For states that all go together, at the end; nil for those that come and go, which use the allocator.
    fileprivate let heaps: StateHeaps?

    static let unlimited = StateMemory(budget: nil, purpose: "", heaps: nil)

    fileprivate init(budget: MemoryBudget?, purpose: String, heaps: StateHeaps?) {
        self.budget = budget
        self.purpose = purpose
        self.heaps = heaps
    }

    /// Whether states must give back what they own.
    var isGivenBack: Bool { heaps == nil }

    func release(_ bytes: Int) { budget?.release(bytes) }
}

/// Memory that is cut from large blocks and freed as a whole.
///
/// A worker takes a heap for the time of one call, so that states of all workers share few heaps without a lock for each allocation.
private final class StateHeaps: Sendable {
    /// Addresses as numbers: the blocks are a list, each beginning with the address of the one before.
    struct Heap: Sendable {
        var next: UInt = 0
        var left = 0
        var lastBlock: UInt = 0
    }

    private static let blockBytes = 256 * 1024
    private static let headerBytes = 16
    private let budget: MemoryBudget
    private let state = Lock<(idle: [Heap], bytes: Int)>((idle: [], bytes: 0))

    init(_ budget: MemoryBudget) { self.budget = budget }

    deinit {
        let all = state.withLock { $0 }
        for heap in all.idle {
            var block = UnsafeMutableRawPointer(bitPattern: heap.lastBlock)
            while let base = block {
                block = UnsafeMutableRawPointer(bitPattern: base.load(as: UInt.self))
                free(base)
            }
        }
        budget.release(all.bytes)
    }

    func take() -> Heap { state.withLock { $0.idle.popLast() } ?? Heap() }

    func give(_ heap: Heap) { state.withLock { $0.idle.append(heap) } }

    /// Bytes at a multiple of 16.
    func allocate(_ bytes: Int, from heap: inout Heap, _ purpose: String) throws(SQLError) -> UnsafeMutableRawPointer {
        let size = (bytes + 15) & ~15
        if size > heap.left { try grow(&heap, size, purpose) }
        guard let place = UnsafeMutableRawPointer(bitPattern: heap.next) else { throw .internalFault("a heap without a block") }
        heap.next += UInt(size)
        heap.left -= size
        return place
    }

    private func grow(_ heap: inout Heap, _ size: Int, _ purpose: String) throws(SQLError) {
        // The first blocks are small: many aggregations are.
        let usual = heap.lastBlock == 0 ? Self.blockBytes / 16 : Self.blockBytes
        let wanted = max(usual, size + Self.headerBytes)
        try budget.reserve(wanted, for: purpose)
        guard let base = malloc(wanted) else {
            budget.release(wanted)
            throw SQLError(.outOfMemory, "out of memory: \(wanted) bytes could not be allocated")
        }
        state.withLock { $0.bytes += wanted }
        base.storeBytes(of: heap.lastBlock, as: UInt.self)
        heap.lastBlock = UInt(bitPattern: base)
        heap.next = UInt(bitPattern: base) + UInt(Self.headerBytes)
        heap.left = wanted - Self.headerBytes
    }
}

/// What the states that one call works on grow by. Counted now and then, not a state at a time: the counter is shared by all workers.
struct StateGrowth {
    private let memory: StateMemory
    private var heap: StateHeaps.Heap?
    /// Bytes that are not counted yet; of states without a limit, all.
    private(set) var pending = 0
    /// What a call may take before it is counted.
    private static let step = 256 * 1024

    @inline(__always)
    init(_ memory: StateMemory) {
        self.memory = memory
        heap = memory.heaps?.take()
    }

    /// - Throws: `53200` once the limit is exceeded.
    @inline(__always)
    mutating func add(_ bytes: Int) throws(SQLError) {
        pending &+= bytes
        if pending > Self.step { try settle() }
    }

    /// Memory for a state, at a multiple of 16.
    mutating func allocate(_ bytes: Int) throws(SQLError) -> UnsafeMutableRawPointer {
        if let heaps = memory.heaps, var own = heap {
            defer { heap = own }
            return try heaps.allocate(bytes, from: &own, memory.purpose)
        }
        guard let place = malloc(bytes) else { throw SQLError(.outOfMemory, "out of memory: \(bytes) bytes could not be allocated") }
        pending &+= Self.allocated(bytes)
        if pending > Self.step {
            do throws(SQLError) { try settle() } catch {
                Glibc.free(place)
                pending &-= Self.allocated(bytes)
                throw error
            }
        }
        return place
    }

    /// Gives back what `allocate` gave for this many bytes.
    mutating func free(_ place: UnsafeMutableRawPointer?, _ bytes: Int) {
        guard memory.isGivenBack, let place else { return }
        Glibc.free(place)
        pending &-= Self.allocated(bytes)
    }

    /// What the allocator takes for this many bytes.
    private static func allocated(_ bytes: Int) -> Int { (bytes + 8 + 15) & ~15 }

    /// Counts what is pending. Bytes beyond the limit are counted too, since their states give them back when they are destroyed.
    mutating func settle() throws(SQLError) {
        guard let budget = memory.budget else { return }
        let bytes = pending
        pending = 0
        if bytes < 0 { budget.release(-bytes) }
        if bytes > 0, !budget.count(bytes) { throw budget.refusal(bytes, memory.purpose) }
    }

    private mutating func end() {
        if let heap { memory.heaps?.give(heap) }
        heap = nil
    }

    /// Runs `body`, and counts what it took, also when it fails.
    @inline(__always)
    static func counted(_ memory: StateMemory, _ body: (inout StateGrowth) throws(SQLError) -> Void) throws(SQLError) {
        var growth = StateGrowth(memory)
        do throws(SQLError) { try body(&growth) } catch {
            growth.end()
            try? growth.settle()
            throw error
        }
        growth.end()
        try growth.settle()
    }

    /// Gives back what `body` frees.
    static func freeing(_ memory: StateMemory, _ body: (inout StateGrowth) -> Void) {
        var growth = StateGrowth(memory)
        body(&growth)
        growth.end()
        memory.release(-growth.pending)
    }
}

extension BoundAggregate {
    /// The same aggregate with the memory of its states counted against `budget`.
    ///
    /// - Parameters:
    ///   - name: what an error names.
    ///   - staysUntilEnd: whether all states live as long as the aggregate does, so that what they own is freed with it.
    package func limited(by budget: MemoryBudget, name: String, staysUntilEnd: Bool) -> BoundAggregate {
        guard let growing else { return self }
        let heaps = staysUntilEnd ? StateHeaps(budget) : nil
        return growing(StateMemory(budget: budget, purpose: "aggregate \(name)", heaps: heaps))
    }

    /// An aggregate whose states grow, made for a memory.
    static func growing(_ make: @escaping @Sendable (StateMemory) -> BoundAggregate) -> BoundAggregate {
        var result = make(.unlimited)
        result.growing = make
        return result
    }
}
