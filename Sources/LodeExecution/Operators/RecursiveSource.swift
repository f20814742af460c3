/// WITH RECURSIVE: round after round, as long as someone wants rows and there are new ones.

import LodeCore
import LodeVectors
import Synchronization

/// Gives the rows of the anchor, then of each round. A round runs when its rows are wanted, so that a LIMIT ends an
/// endless recursion.
final class RecursiveSource: Source {
    private let name: String
    /// The rows of the round before: what the step reads.
    private let working: ChunkStore
    /// Where the anchor and every step leave their rows.
    private let fresh: ChunkStore
    private let seen: DistinctRows?
    private let makeStep: @Sendable () throws(SQLError) -> [Pipeline]

    init(
        name: String, working: ChunkStore, fresh: ChunkStore, seen: DistinctRows?,
        makeStep: @escaping @Sendable () throws(SQLError) -> [Pipeline]
    ) {
        self.name = name
        self.working = working
        self.fresh = fresh
        self.seen = seen
        self.makeStep = makeStep
    }

    func open(_ context: ExecutionContext) throws(SQLError) {}
    var parallelism: Int { 1 }
    var progress: Double? { nil }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self, context) }

    private final class Producer: ChunkProducer {
        private let source: RecursiveSource
        private let context: ExecutionContext
        private var chunks: [Chunk]?
        private var given = 0
        private var round: NestedRun?
        private(set) var waits: Wait?

        init(_ source: RecursiveSource, _ context: ExecutionContext) {
            self.source = source
            self.context = context
        }

        func next() throws(SQLError) -> Chunk? {
            waits = nil
            while true {
                if let round {
                    waits = try round.wait()
                    if waits != nil { return nil }
                    self.round = nil
                    chunks = try takeRound()
                    given = 0
                }
                if let chunks, given < chunks.count {
                    given += 1
                    var chunk = chunks[given - 1]
                    chunk.batch = 0
                    return chunk
                }
                if let chunks {
                    if chunks.isEmpty { return nil }
                    round = NestedRun(try source.makeStep(), context)
                } else {
                    chunks = try takeRound()
                }
            }
        }

        /// The rows of the latest round that are new; they become what the next round reads.
        private func takeRound() throws(SQLError) -> [Chunk] {
            if let seen = source.seen {
                let unique = ChunkStore(memory: context.memory)
                for chunk in source.fresh.chunks {
                    if let new = try seen.insert(chunk) { try unique.append([new], bytes: new.approximateBytes) }
                }
                source.fresh.replace(with: ChunkStore())
                source.working.replace(with: unique)
            } else {
                source.working.replace(with: source.fresh)
            }
            return source.working.chunks
        }
    }
}
