// Whose turn it is: the arithmetic of fairness, without threads or clocks.

import Testing

@testable import LodeExecution

@Suite struct FairQueueTests {
    private static let slice = FairQueue.sliceNanoseconds

    /// Gives `turns` slices to whoever is next, one worker at a time; how many each statement had.
    private func serve(_ queue: inout FairQueue, _ turns: Int) -> [Int: Int] {
        var had: [Int: Int] = [:]
        for _ in 0..<turns {
            guard let statement = queue.next else { break }
            let charged = queue.begin(statement)
            queue.end(statement, charged: charged, nanoseconds: Self.slice)
            had[statement, default: 0] += 1
        }
        return had
    }

    @Test func `statements with as much to do have as many turns`() {
        var queue = FairQueue()
        for statement in 1...4 { queue.add(run: statement, of: statement, limit: 1) }
        #expect(serve(&queue, 400).values.allSatisfy { abs($0 - 100) <= 1 })
    }

    @Test func `a statement with many runs has no more turns than one with one`() {
        var queue = FairQueue()
        for run in 1...8 { queue.add(run: run, of: 1, limit: 8) }
        queue.add(run: 9, of: 2, limit: 8)
        let had = serve(&queue, 200)
        #expect(had[1] == had[2])
    }

    @Test func `a young statement goes before old ones until it is old`() {
        var queue = FairQueue()
        for statement in 1...8 { queue.add(run: statement, of: statement, limit: 1) }
        _ = serve(&queue, 800)
        queue.add(run: 9, of: 9, limit: 1)
        // Eight of its slices are charged as one.
        #expect(serve(&queue, 8) == [9: 8])
        let later = serve(&queue, 900)
        #expect((later[9] ?? 0) > 90 && (later[9] ?? 0) < 120)
        #expect((1...8).allSatisfy { (later[$0] ?? 0) > 90 })
    }

    @Test func `who rests is passed over and gets no credit for it`() {
        var queue = FairQueue()
        queue.add(run: 1, of: 1, limit: 1)
        queue.add(run: 2, of: 2, limit: 1)
        _ = serve(&queue, 100)
        queue.rest(2)
        #expect(serve(&queue, 100) == [1: 100])
        queue.wake(2)
        let had = serve(&queue, 100)
        #expect(abs((had[1] ?? 0) - (had[2] ?? 0)) <= 2)
    }

    @Test func `no more workers serve a statement than it may have`() {
        var queue = FairQueue()
        queue.add(run: 1, of: 1, limit: 2)
        _ = queue.begin(1)
        #expect(queue.next == 1)
        let charged = queue.begin(1)
        #expect(queue.next == nil)
        queue.end(1, charged: charged, nanoseconds: 0)
        #expect(queue.next == 1)
    }

    @Test func `several workers choose different statements`() {
        var queue = FairQueue()
        for statement in 1...4 { queue.add(run: statement, of: statement, limit: 4) }
        var chosen: [Int] = []
        for _ in 0..<4 {
            guard let next = queue.next else { break }
            chosen.append(next)
            _ = queue.begin(next)
        }
        #expect(Set(chosen).count == 4)
    }

    @Test func `a statement without runs and workers is forgotten`() {
        var queue = FairQueue()
        queue.add(run: 1, of: 1, limit: 1)
        let charged = queue.begin(1)
        queue.remove(run: 1, of: 1)
        #expect(queue.entries.count == 1)
        queue.end(1, charged: charged, nanoseconds: 1)
        #expect(queue.entries.isEmpty)
    }
}
