/// What the workers of a pool share: who has work, who is idle.

import LodeCore
import Synchronization

/// One lock guards the state of all runs; it is held for moments, between the steps of the workers.
///
///     submit ─▶ graph.take ─▶ worker: perform ─▶ graph.settle ─▶ … ─▶ isOver ─▶ completion
///                  ▲                                │
///                  └── wake ◀── Wait ◀── parked ◀───┘
final class PoolCore: Sendable {
    private struct Running {
        var graph: PipelineGraph
        let run: PipelineRun
    }

    private struct State {
        var queue = FairQueue()
        var runs: [Int: Running] = [:]
        /// Where idle workers wait.
        var idle: [Semaphore] = []
        var threads = 0
        var isClosed = false
    }

    private let workers: Int
    private let state = Lock(State())
    private let contended = Atomic<Bool>(false)

    init(workers: Int) { self.workers = workers }

    /// Whether some statement waits for a worker: then slices end on time.
    var isContended: Bool { contended.load(ordering: .relaxed) }

    // MARK: From outside

    func submit(_ run: PipelineRun) {
        let hired = state.withLock { state in
            let limit = run.context.threads
            state.runs[run.number] = Running(graph: PipelineGraph(run.pipelines, workers: min(limit, workers)), run: run)
            state.queue.add(run: run.number, of: run.context.statement, limit: limit)
            return hire(&state)
        }
        employ(hired)
    }

    func stop(_ run: Int, with error: SQLError) {
        let completion = Self.completion(
            state.withLock { state in
                state.runs[run]?.graph.fail(error)
                state.runs[run]?.run.noteFailure()
                return Self.remove(run, &state)
            })
        completion?()
    }

    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for worker in idle { worker.signal() }
    }

    private func wake(_ run: Int, _ pipeline: Int, strand: ObjectIdentifier?) {
        let hired = state.withLock { state -> Hired in
            guard let statement = state.runs[run]?.run.context.statement else { return .nobody }
            state.runs[run]?.graph.wake(pipeline, strand: strand)
            state.queue.wake(statement)
            return hire(&state)
        }
        employ(hired)
    }

    // MARK: Workers that wait

    /// A worker begins to wait for something outside: it counts no more, so that another thread can take its place.
    func replaceWorker() {
        employ(state.withLock { state in
            state.threads -= 1
            return hire(&state)
        })
    }

    /// Until one of those that are too many is idle, more than there are cores.
    func workerIsBack() { state.withLock { $0.threads += 1 } }

    // MARK: Workers

    private enum Hired {
        case nobody
        case idle(Semaphore)
        case fresh
    }

    /// Finds a worker for what is left to do. One that begins hires the next.
    private func hire(_ state: inout State) -> Hired {
        let isIdle = !state.idle.isEmpty, mayStart = state.threads < workers
        let hasWork = Self.hasWork(state)
        contended.store(hasWork && !isIdle && !mayStart, ordering: .relaxed)
        guard hasWork else { return .nobody }
        if let worker = state.idle.popLast() { return .idle(worker) }
        if !mayStart { return .nobody }
        state.threads += 1
        return .fresh
    }

    private static func hasWork(_ state: borrowing State) -> Bool {
        state.queue.entries.values.contains { entry in
            entry.canBeServed && entry.runs.contains { state.runs[$0]?.graph.canWork ?? false }
        }
    }

    /// Enough for expressions nested as deeply as the parser allows.
    private static let stackBytes = 8 << 20

    private func employ(_ hired: Hired) {
        switch hired {
        case .nobody: break
        case .idle(let worker): worker.signal()
        case .fresh:
            if PosixThread(stackBytes: Self.stackBytes, { [self] in work() }).start() { return }
            // The machine has no more threads: those that run do the work. Without any, the statements fail.
            let isAlone = state.withLock { state in
                state.threads -= 1
                return state.threads == 0
            }
            if isAlone { stopAll(with: SQLError(.outOfMemory, "the machine has no thread for a worker")) }
        }
    }

    private func stopAll(with error: SQLError) {
        for run in state.withLock({ Array($0.runs.keys) }) { stop(run, with: error) }
    }

    private struct Job {
        let run: PipelineRun
        let pipeline: Int
        let step: PipelineStep
        let charged: Int
    }

    private func work() {
        let gate = Semaphore()
        var job = next(gate)
        while true {
            // Only a worker that had a job looks for the next one here: one that is noted as idle must not be noted twice, or its second
            // note is taken for another worker's.
            if job != nil {
                if let completion = advance(&job, gate) { completion() }
                continue
            }
            if state.withLock({ ($0.isClosed && $0.runs.isEmpty) || leavesAsSurplus(gate, &$0) }) { return }
            gate.wait()
            job = next(gate)
        }
    }

    /// Whether an idle worker goes, since there are more than wanted.
    private func leavesAsSurplus(_ gate: Semaphore, _ state: inout State) -> Bool {
        guard state.threads > workers, let place = state.idle.firstIndex(where: { $0 === gate }) else { return false }
        state.idle.remove(at: place)
        state.threads -= 1
        return true
    }

    /// Does the job at hand and finds the next one.
    /// - Returns: what tells of the end of the run, if it has ended; to be called when nothing of the run is held any more.
    private func advance(_ job: inout Job?, _ gate: Semaphore) -> (@Sendable () -> Void)? {
        let completion = perform(&job).flatMap(settle)
        job = next(gate)
        return completion
    }

    /// What is left of a job when it is done: of the run, only what goes on.
    private struct Done {
        let run: Int
        let statement: Int
        let pipeline: Int
        let charged: Int
        /// Of a strand that goes on.
        let strand: Strand?
        let outcome: StepOutcome
        let nanoseconds: Int
    }

    private func perform(_ job: inout Job?) -> Done? {
        guard let current = job else { return nil }
        job = nil
        let start = MonotonicClock.now()
        let outcome = current.run.perform(current.pipeline, current.step, WorkSlice(of: self, from: start))
        var strand: Strand?
        if case .flow(let own) = current.step, outcome.goesOn { strand = own }
        return Done(
            run: current.run.number, statement: current.run.context.statement, pipeline: current.pipeline, charged: current.charged,
            strand: strand, outcome: outcome, nanoseconds: MonotonicClock.now() &- start)
    }

    /// Takes note of a step that is done.
    private func settle(_ done: Done) -> (@Sendable () -> Void)? {
        let ended = state.withLock { state in
            if let time = state.runs[done.run]?.graph.settle(done.pipeline, done.strand, done.outcome) {
                state.runs[done.run]?.run.metrics?.record(time)
            }
            if case .failed = done.outcome { state.runs[done.run]?.run.noteFailure() }
            state.queue.end(done.statement, charged: done.charged, nanoseconds: done.nanoseconds)
            state.queue.wake(done.statement)
            return Self.remove(done.run, &state)
        }
        if case .parked(let wait) = done.outcome {
            let strand = done.strand.map { ObjectIdentifier($0) }
            wait.then { [self, run = done.run, pipeline = done.pipeline] in wake(run, pipeline, strand: strand) }
        }
        return Self.completion(ended)
    }

    /// The next step for a worker; without one it is noted as idle.
    private func next(_ gate: Semaphore) -> Job? {
        let (job, hired) = state.withLock { state -> (Job?, Hired) in
            while let statement = state.queue.next {
                for number in state.queue.entries[statement]?.runs ?? [] {
                    guard let run = state.runs[number]?.run, let taken = state.runs[number]?.graph.take() else { continue }
                    let job = Job(run: run, pipeline: taken.pipeline, step: taken.step, charged: state.queue.begin(statement))
                    return (job, hire(&state))
                }
                state.queue.rest(statement)
            }
            contended.store(false, ordering: .relaxed)
            state.idle.append(gate)
            return (nil, .nobody)
        }
        employ(hired)
        return job
    }

    // MARK: The end of a run

    /// Removes a run that is over.
    private static func remove(_ number: Int, _ state: inout State) -> Running? {
        guard let running = state.runs[number], running.graph.isOver else { return nil }
        state.runs[number] = nil
        state.queue.remove(run: number, of: running.run.context.statement)
        return running
    }

    private static func completion(_ ended: Running?) -> (@Sendable () -> Void)? {
        ended.map { $0.run.completion($0.graph.failure) }
    }
}
