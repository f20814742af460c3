/// Small queries, on the thread that wants their rows.

import LodeCore

extension PipelineRun {
    /// Runs to the end on the calling thread, without the pool: for work so small that handing it over would take longer. Nothing is
    /// admitted and nobody shares; the caller sees to it that the work is small.
    /// - Returns: the first error.
    func runHere() -> SQLError? {
        var graph = PipelineGraph(pipelines, workers: 1)
        while let (index, step) = graph.take() {
            let outcome = perform(index, step, .endless)
            var strand: Strand?
            if case .flow(let own) = step, outcome.goesOn { strand = own }
            if let time = graph.settle(index, strand, outcome) { metrics?.record(time) }
            if case .parked(let wait) = outcome {
                let isWoken = Semaphore()
                wait.then { isWoken.signal() }
                isWoken.wait()
                graph.wake(index, strand: strand.map { ObjectIdentifier($0) })
            }
        }
        return graph.failure
    }
}
