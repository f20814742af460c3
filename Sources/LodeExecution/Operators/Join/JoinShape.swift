/// What a hash join computes, resolved once per query.

import LodeCore
import LodePlan
import LodeVectors

/// What the build side of a hash join keeps: the rows' layout and where each column lies in it.
///
/// Keys come first, then the columns that are needed above or by the residual.
final class JoinBuildShape: Sendable {
    let kind: JoinNode.Kind
    /// Whether the left side is the build side: then probing only marks rows.
    let buildsLeft: Bool
    let matchesNull: [Bool]
    let keys: ExpressionList
    let layout: RowLayout
    /// Positions in the side's chunks of the columns that rows keep behind the keys.
    let keptColumns: [Int]
    /// Which column of a row holds a column of the side.
    let places: [ColumnID: Int]
    /// The columns of the join that are needed above.
    let outputs: [PlanColumn]
    /// The columns of the side's chunks.
    let columns: [PlanColumn]

    /// Byte of a row's header that tells whether it has had a match.
    static let flagOffset = 8

    /// The batch of build rows without a match: behind all that the probe side has.
    static let lastBatch = 1 << 60

    /// Whether rows remember that they were matched.
    let flagsRows: Bool

    /// Whether build rows that can match nothing are needed in the end.
    var keepsUnmatchable: Bool {
        switch kind {
        case .right, .full: true
        case .anti: buildsLeft
        case .mark(_, let isNullAware): buildsLeft || isNullAware
        case .inner, .left, .semi, .single: false
        }
    }

    /// - Parameters:
    ///   - columns: those of the build side's chunks.
    ///   - required: the columns that are needed above; nil for all.
    init(
        _ node: JoinNode, buildsLeft: Bool, columns: [PlanColumn], required: Set<ColumnID>?, _ builder: PipelineBuilder
    ) throws(SQLError) {
        kind = node.kind
        self.buildsLeft = buildsLeft
        self.columns = columns
        matchesNull = node.keys.map(\.matchesNull)
        outputs = node.columns.filter { required?.contains($0.id) ?? true }
        flagsRows = buildsLeft || node.kind == .right || node.kind == .full
        let side = node.keys.map { buildsLeft ? $0.left : $0.right }
        keys = try builder.compile(side, columns)
        var places: [ColumnID: Int] = [:]
        for (index, key) in side.enumerated() {
            // A column that is itself a key is in the row already.
            if case .column(let id, _) = key, places[id] == nil { places[id] = index }
        }
        let read = (node.residual?.columns ?? []).union(outputs.map(\.id))
        var kept: [Int] = [], types = side.map(\.type)
        for (position, column) in columns.enumerated() where places[column.id] == nil && read.contains(column.id) {
            places[column.id] = types.count
            types.append(column.type)
            kept.append(position)
        }
        keptColumns = kept
        self.places = places
        layout = RowLayout(headerBytes: flagsRows ? 16 : 8, types: types)
    }
}

/// What probing computes: which columns come out, and what else a pair must satisfy.
final class JoinShape: Sendable {
    /// Where an output column of the build side comes from.
    enum BuildOutput: Sendable {
        case row(Int)
        /// The probe's key, which is the same value in every pair.
        case probeKey(Int)
    }

    let build: JoinBuildShape
    let keys: ExpressionList
    /// Positions in the probe side's chunks of the columns that come out, and their types.
    let probeOutputs: [Int]
    let probeOutputTypes: [SQLType]
    let buildOutputs: [BuildOutput]
    /// Over `residualProbe`'s columns, then `residualRows`' columns of rows.
    let residual: RowFilter?
    let residualProbe: [Int]
    let residualRows: [Int]
    /// What comes out, in order.
    let columns: [PlanColumn]
    /// Whether the mark is needed.
    let givesMark: Bool

    var kind: JoinNode.Kind { build.kind }

    /// - Parameter probe: the columns of the probe side's chunks.
    init(_ node: JoinNode, _ build: JoinBuildShape, probe: [PlanColumn], _ builder: PipelineBuilder) throws(SQLError) {
        self.build = build
        keys = try builder.compile(node.keys.map { build.buildsLeft ? $0.right : $0.left }, probe)
        let shown = Set(build.outputs.map(\.id))
        let fromProbe = probe.indices.filter { shown.contains(probe[$0].id) }
        probeOutputs = fromProbe
        probeOutputTypes = fromProbe.map { probe[$0].type }
        let fromBuild = build.columns.filter { shown.contains($0.id) }
        buildOutputs = fromBuild.map { column in
            let place = build.places[column.id] ?? 0
            let isShared = node.kind == .inner && place < node.keys.count && Self.isExact(column.type)
            return isShared ? .probeKey(place) : .row(place)
        }
        var columns = fromProbe.map { probe[$0] } + fromBuild
        if case .mark(let column, _) = node.kind, shown.contains(column.id) {
            columns.append(column)
            givesMark = true
        } else {
            givesMark = false
        }
        let nullable = Dictionary(node.columns.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.columns = columns.map { nullable[$0.id] ?? $0 }

        let read = node.residual?.columns ?? []
        residualProbe = probe.indices.filter { read.contains(probe[$0].id) }
        let residualBuild = build.columns.filter { read.contains($0.id) }
        residualRows = residualBuild.map { build.places[$0.id] ?? 0 }
        residual = try node.residual.map { predicate throws(SQLError) in
            try RowFilter(predicate, columns: probe.filter { read.contains($0.id) } + residualBuild, functions: builder.context.functions)
        }
    }

    /// Whether equal values of the type are the same value, so that one side's may stand for the other's.
    private static func isExact(_ type: SQLType) -> Bool {
        switch type.physical {
        case .bool, .int8, .int16, .int32, .int64, .int128, .text: true
        case .float32, .float64, .interval, .list, .structure: false
        }
    }
}

extension SQLError {
    /// A scalar subquery gives one value.
    static var secondRowOfScalar: SQLError {
        SQLError(
            .cardinalityViolation, "more than one row returned by a subquery used as an expression",
            hint: "Compare with IN (…) or = ANY (…), or make it one row with an aggregate or LIMIT 1.")
    }
}
