/// A pipeline under construction: it has a source and operators, but no end yet.

import LodeCore
import LodePlan

/// What lowering a plan node gives: where its rows come from and which columns they have.
package struct OpenPipeline {
    package var source: any Source
    package var operators: [any Operator]
    /// The columns of the chunks at the end, in order.
    package var columns: [PlanColumn]
    /// Which of the source's morsels are still being read; nil where chunks come in no order worth keeping.
    package var order: BatchOrder?
    /// The pipelines whose results it reads, as `PipelineBuilder.finish` numbers them.
    package var needs: Set<Int>

    package init(
        source: any Source, operators: [any Operator] = [], columns: [PlanColumn], order: BatchOrder? = nil, needs: Set<Int> = []
    ) {
        self.source = source
        self.operators = operators
        self.columns = columns
        self.order = order
        self.needs = needs
    }

    /// The same pipeline with one more step, which gives `columns` and reads what a pipeline has left (`needing`).
    package func appending(_ step: any Operator, columns: [PlanColumn], needing build: Int? = nil) -> OpenPipeline {
        var copy = self
        copy.operators.append(step)
        copy.columns = columns
        if let build { copy.needs.insert(build) }
        return copy
    }
}
