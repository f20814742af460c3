/// One worker's way through a pipeline, which can stop between two chunks and go on later, on any worker.

import LodeCore
import LodeVectors

/// A producer, and the consumers that its chunks go through. One worker at a time runs it; the pool hands it from one to the next under
/// its lock, which is what makes it safe to share.
final class Strand: @unchecked Sendable {
    private enum Stage { case pulling, resuming, giving, resumingRest, finishing }

    private let pipeline: Pipeline
    private var producer: (any ChunkProducer)?
    private var consumer: (any ChunkConsumer)?
    private var stage = Stage.pulling

    init(_ pipeline: Pipeline) { self.pipeline = pipeline }

    /// Goes on until the end of the slice or of the source, or until somebody must be waited for.
    func run(_ run: PipelineRun, _ slice: WorkSlice) throws(SQLError) -> StepOutcome {
        let (producer, consumer) = try chain(run.context)
        while true {
            try run.check()
            var demand = Demand.more
            switch stage {
            case .pulling:
                if let chunk = try producer.next() {
                    if chunk.count > 0 { demand = try consumer.consume(chunk) }
                } else if let wait = producer.waits {
                    return .parked(wait)
                } else {
                    demand = .enough
                }
            case .resuming, .resumingRest: demand = try consumer.resume()
            case .giving: demand = try consumer.giveRest()
            case .finishing:
                try consumer.finish()
                return .ended
            }
            stage = Self.next(stage, demand)
            if case .full(let wait) = demand { return .parked(wait) }
            if slice.isOver { return .yielded }
        }
    }

    private static func next(_ stage: Stage, _ demand: Demand) -> Stage {
        let isAtEnd = stage == .giving || stage == .resumingRest
        return switch demand {
        case .more: stage == .giving ? .finishing : isAtEnd ? .giving : .pulling
        case .enough: isAtEnd ? .finishing : .giving
        case .full: isAtEnd ? .resumingRest : .resuming
        }
    }

    private func chain(_ context: ExecutionContext) throws(SQLError) -> (any ChunkProducer, any ChunkConsumer) {
        if let producer, let consumer { return (producer, consumer) }
        var consumer = try pipeline.sink.worker(context)
        for step in pipeline.operators.reversed() { consumer = try step.worker(into: consumer, context) }
        let producer = try pipeline.source.worker(context)
        self.producer = producer
        self.consumer = consumer
        return (producer, consumer)
    }
}
