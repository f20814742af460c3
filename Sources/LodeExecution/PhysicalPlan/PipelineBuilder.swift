/// Turns a logical plan into pipelines: kernels, tables and file readers are chosen here, once.

import LodeCore
import LodePlan

/// Lowers plan nodes one by one. Each node kind has its lowering in a file of its own (`Lower+….swift`).
///
/// `lower` returns the pipeline that gives the node's rows, still open. A node that must see all rows first (a build side,
/// a sort) finishes that pipeline into its sink, which registers it, and opens a new one whose source reads the sink.
/// Whatever a pipeline reads is registered before it, and named in its `needs`: it runs when those are done, beside all others.
package struct PipelineBuilder: Sendable {
    package let context: ExecutionContext
    package let metrics: QueryMetrics
    /// What is finished, in the order of running.
    package private(set) var pipelines: [Pipeline] = []
    /// The rows of CTEs in scope, by number, and the pipeline that makes them.
    package var ctes: [Int: (rows: ChunkStore, pipeline: Int?)] = [:]
    private var dynamicFilters: [Int: DynamicFilter] = [:]
    /// The builds that fill dynamic filters, by the filters' numbers.
    private var filterBuilds: [Int: Int] = [:]
    /// Those of top-Ns that are being lowered, by number.
    private(set) var thresholds: [Int: Threshold] = [:]
    /// Where in the plan the node that is being lowered is: child positions from the root.
    private var path: [Int] = []
    /// From the root to the node that is being lowered and on to its children: the columns that are needed there; nil for all.
    private var requirements: [Set<ColumnID>?] = [nil]

    package init(context: ExecutionContext, metrics: QueryMetrics) {
        self.context = context
        self.metrics = metrics
    }

    /// The columns of the node that is being lowered which are needed above it; nil for all. A node may leave out the others.
    package var required: Set<ColumnID>? { requirements.count > 1 ? requirements[requirements.count - 2] : nil }

    /// Lowers the child at position `child` of the node that is being lowered.
    package mutating func lower(_ plan: LogicalPlan, child: Int) throws(SQLError) -> OpenPipeline {
        path.append(child)
        defer { path.removeLast() }
        return try lowerMetered(plan)
    }

    /// Lowers a whole plan.
    package mutating func lower(root plan: LogicalPlan) throws(SQLError) -> OpenPipeline {
        path = []
        return try lowerMetered(plan)
    }

    /// Ends a pipeline in `sink`.
    /// - Returns: its number, for those that read what it leaves.
    @discardableResult
    package mutating func finish(_ open: OpenPipeline, into sink: any Sink, name: String) -> Int {
        pipelines.append(Pipeline(name: name, source: open.source, operators: open.operators, sink: sink, needs: open.needs))
        return pipelines.count - 1
    }

    /// An expression over chunks whose columns are `columns`.
    package func compile(_ expression: BoundExpression, _ columns: [PlanColumn]) throws(SQLError) -> any CompiledExpression {
        try ExpressionCompiler(columns: columns, functions: context.functions).compile(expression)
    }

    /// Several expressions over the same chunks; what they have in common is computed once.
    package func compile(_ expressions: [BoundExpression], _ columns: [PlanColumn]) throws(SQLError) -> ExpressionList {
        try ExpressionList(expressions, columns: columns, functions: context.functions)
    }

    /// The filter of this number, which a join fills and scans use.
    package mutating func dynamicFilter(_ number: Int, type: SQLType) -> DynamicFilter {
        if let known = dynamicFilters[number] { return known }
        let fresh = DynamicFilter(type: type)
        dynamicFilters[number] = fresh
        return fresh
    }

    /// Says which pipeline fills the filter of this number.
    mutating func fill(_ filter: Int, by build: Int) { filterBuilds[filter] = build }

    /// The pipelines that fill filters which were registered before.
    func builds(of filters: [Int]) -> Set<Int> { Set(filters.compactMap { filterBuilds[$0] }) }

    /// The filter of a top-N whose first key is `key`, made before the scans that use it are lowered.
    mutating func makeThreshold(_ number: Int, _ key: SortKey, isOnlyKey: Bool) -> Threshold {
        let fresh = Threshold(key, isOnlyKey: isOnlyKey)
        thresholds[number] = fresh
        return fresh
    }

    /// The same builder, with nothing finished: for pipelines that run when all others of now are done.
    var withoutPipelines: PipelineBuilder {
        var copy = self
        copy.pipelines = []
        copy.filterBuilds = [:]
        copy.ctes = ctes.mapValues { ($0.rows, nil) }
        return copy
    }

    /// The measures of the node that is being lowered.
    package var nodeMetrics: OperatorMetrics { metrics.node(path) }

    private mutating func lowerMetered(_ plan: LogicalPlan) throws(SQLError) -> OpenPipeline {
        guard path.count < 2000 else { throw SQLError(.statementTooComplex, "the plan is nested too deeply") }
        requirements.append(Self.required(below: plan, requirements[requirements.count - 1]))
        defer { requirements.removeLast() }
        let open = try lowerNode(plan)
        return open.appending(MeterOperator(metrics: metrics.node(path)), columns: open.columns)
    }

    /// What the inputs of `plan` must give if `own` of its columns are needed (nil: all).
    private static func required(below plan: LogicalPlan, _ own: Set<ColumnID>?) -> Set<ColumnID>? {
        plan.node.matchesByPosition ? nil : plan.node.requiredColumns(for: own ?? plan.columnIDs)
    }

    private mutating func lowerNode(_ plan: LogicalPlan) throws(SQLError) -> OpenPipeline {
        switch plan {
        case .scan(let node): try Self.lower(node, &self)
        case .values(let node): try Self.lower(node, &self)
        case .series(let node): try Self.lower(node, &self)
        case .cteScan(let node): try Self.lower(node, &self)
        case .filter(let node): try Self.lower(node, &self)
        case .project(let node): try Self.lower(node, &self)
        case .aggregate(let node): try Self.lower(node, &self)
        case .window(let node): try Self.lower(node, &self)
        case .sort(let node): try Self.lower(node, &self)
        case .limit(let node): try Self.lower(node, &self)
        case .distinctOn(let node): try Self.lower(node, &self)
        case .unnest(let node): try Self.lower(node, &self)
        case .join(let node): try Self.lower(node, &self)
        case .setOperation(let node): try Self.lower(node, &self)
        case .with(let node): try Self.lower(node, &self)
        case .recursive(let node): try Self.lower(node, &self)
        case .dependentJoin: throw .internalFault("a dependent join reached the executor")
        }
    }
}
