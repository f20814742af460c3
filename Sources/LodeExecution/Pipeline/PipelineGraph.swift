/// How far the pipelines of one run are, and what there is to do next: the plan of a run, without threads.

import LodeCore

/// A piece of work that one worker does without waiting for anybody.
enum PipelineStep {
    /// Open the source.
    case open
    /// Take morsels through the pipeline until the slice is over, there are none, or somebody must be waited for.
    case flow(Strand)
    /// Let the sink pass on what it still holds.
    case drain
    /// Ask the sink for its final tasks.
    case plan
    case task(FinalTask)
    case complete
}

/// What became of a step.
enum StepOutcome {
    /// This many strands are of use.
    case opened(strands: Int)
    /// The slice is over.
    case yielded
    /// The strand, or the sink that was to drain, waits.
    case parked(Wait)
    /// The strand is at its end; where the source is, too, no further strand is of use.
    case ended
    case drained
    case planned([FinalTask])
    case tasksDone
    case completed
    case failed(SQLError)

    /// Whether the strand that gave it is still needed.
    var goesOn: Bool {
        switch self {
        case .yielded, .parked: true
        default: false
        }
    }
}

/// The pipelines of a run, in the order in which they were registered.
///
///     waiting ─▶ ready ─▶ opening ─▶ flowing ─▶ draining ─▶ planning ─▶ finishing ─▶ completing ─▶ done
///     (for others)                   (strands)    (a slow reader)         (tasks)
///
/// The earliest pipeline that has something to do is served first; a worker for which it has nothing steals from later ones, whatever
/// does not need what is unfinished. A value: the pool's lock guards it.
struct PipelineGraph {
    enum Phase { case waiting, ready, opening, flowing, draining, parked, planning, finishing, completing, done }

    private struct Node {
        let pipeline: Pipeline
        /// Pipelines that must be done before.
        var missing: Int
        var phase: Phase
        /// Whether a worker is at the step of this phase, where there is only one.
        var isTaken = false
        var strandLimit = 1
        var strandsMade = 0
        var strandsEnded = 0
        var runnable: [Strand] = []
        var parked: [ObjectIdentifier: Strand] = [:]
        /// Whether a further strand would find nothing.
        var isExhausted = false
        var tasks: [FinalTask] = []
        var nextTask = 0
        var tasksLeft = 0
        var began = 0
    }

    private var nodes: [Node]
    private var dependents: [[Int]]
    private(set) var running = 0
    private(set) var failure: SQLError?
    private var left: Int
    /// Workers that a pipeline may have.
    private let workers: Int

    init(_ pipelines: [Pipeline], workers: Int) {
        self.workers = max(1, workers)
        nodes = pipelines.map { Node(pipeline: $0, missing: $0.needs.count, phase: $0.needs.isEmpty ? .ready : .waiting) }
        dependents = Array(repeating: [], count: pipelines.count)
        for (index, pipeline) in pipelines.enumerated() {
            for needed in pipeline.needs { dependents[needed].append(index) }
        }
        left = pipelines.count
    }

    /// Whether nothing is to be done any more, and nobody is doing anything.
    var isOver: Bool { running == 0 && (left == 0 || failure != nil) }

    /// Whether `take` would give a step.
    var canWork: Bool { failure == nil && nodes.contains { Self.hasStep($0) } }

    private static func hasStep(_ node: Node) -> Bool {
        switch node.phase {
        case .ready, .draining, .planning, .completing: !node.isTaken
        case .flowing: !node.runnable.isEmpty || (!node.isExhausted && node.strandsMade < node.strandLimit)
        case .finishing: node.nextTask < node.tasks.count
        case .waiting, .opening, .parked, .done: false
        }
    }

    /// The next step for a worker, and the number of its pipeline.
    mutating func take() -> (pipeline: Int, step: PipelineStep)? {
        guard failure == nil, let index = nodes.firstIndex(where: Self.hasStep) else { return nil }
        running += 1
        return (index, step(of: &nodes[index]))
    }

    private func step(of node: inout Node) -> PipelineStep {
        switch node.phase {
        case .flowing:
            if !node.runnable.isEmpty { return .flow(node.runnable.removeFirst()) }
            node.strandsMade += 1
            return .flow(Strand(node.pipeline))
        case .finishing:
            node.nextTask += 1
            return .task(node.tasks[node.nextTask - 1])
        case .draining:
            node.isTaken = true
            return .drain
        case .planning:
            node.isTaken = true
            return .plan
        case .completing:
            node.isTaken = true
            return .complete
        case .waiting, .ready, .opening, .parked, .done:
            node.phase = .opening
            node.began = MonotonicClock.now()
            return .open
        }
    }

    /// Takes note of what became of a step; `strand` is the one that goes on, where the step was one's.
    /// - Returns: what the pipeline took, if it is done.
    mutating func settle(_ index: Int, _ strand: Strand?, _ outcome: StepOutcome) -> QueryMetrics.PipelineTime? {
        running -= 1
        if case .failed(let error) = outcome { fail(error) }
        if failure != nil { return nil }
        switch outcome {
        case .opened(let strands):
            nodes[index].strandLimit = max(1, min(strands, workers))
            enter(.flowing, index)
        case .yielded:
            if let strand { nodes[index].runnable.append(strand) }
        case .parked:
            if let strand { nodes[index].parked[ObjectIdentifier(strand)] = strand } else { enter(.parked, index) }
        case .ended:
            nodes[index].isExhausted = true
            nodes[index].strandsEnded += 1
            if nodes[index].strandsEnded == nodes[index].strandsMade { enter(.draining, index) }
        case .drained: enter(.planning, index)
        case .planned(let tasks):
            nodes[index].tasks = tasks
            nodes[index].tasksLeft = tasks.count
            enter(tasks.isEmpty ? .completing : .finishing, index)
        case .tasksDone:
            nodes[index].tasksLeft -= 1
            if nodes[index].tasksLeft == 0 { enter(.completing, index) }
        case .completed: return finish(index)
        case .failed: break
        }
        return nil
    }

    private mutating func enter(_ phase: Phase, _ index: Int) {
        nodes[index].phase = phase
        nodes[index].isTaken = false
    }

    private mutating func finish(_ index: Int) -> QueryMetrics.PipelineTime {
        enter(.done, index)
        nodes[index].tasks = []
        left -= 1
        for other in dependents[index] {
            nodes[other].missing -= 1
            if nodes[other].missing == 0 { nodes[other].phase = .ready }
        }
        return QueryMetrics.PipelineTime(
            number: index, name: nodes[index].pipeline.name, nanoseconds: MonotonicClock.now() - nodes[index].began,
            workers: nodes[index].strandsMade)
    }

    /// What was parked goes on: a strand, or a sink that was to drain.
    mutating func wake(_ index: Int, strand: ObjectIdentifier?) {
        guard failure == nil else { return }
        if let strand {
            if let known = nodes[index].parked.removeValue(forKey: strand) { nodes[index].runnable.append(known) }
        } else if nodes[index].phase == .parked {
            enter(.draining, index)
        }
    }

    /// Ends the run: nothing further is begun. The first error counts.
    mutating func fail(_ error: SQLError) { if failure == nil { failure = error } }
}
