/// What a sort keeps of its rows, and their order; resolved once per query.

import LodeCore
import LodePlan
import LodeVectors

/// Rows hold the input's columns that are needed, then computed values: keys that are no plain columns, and what a window needs.
final class SortShape: Sendable {
    /// Positions in the input's chunks of the columns that rows keep first.
    let keptColumns: [Int]
    /// Computed for every chunk; rows keep them behind the input's columns.
    let computed: ExpressionList
    let order: RowSortOrder
    let prefix: SortPrefix
    /// Where the first key lies in a row; 0 without keys.
    let firstKeyColumn: Int
    let layout: RowLayout
    /// By key: the position in chunk columns and computed values, counted through.
    private let keyPlaces: [Int]
    private let inputWidth: Int
    /// Whether the last key is the number of the row's batch.
    private let numbersBatches: Bool
    /// The kept columns.
    let columns: [PlanColumn]
    /// Where each of the `extra` expressions lies in a row.
    let extraPlaces: [Int]

    /// - Parameters:
    ///   - extra: further expressions to keep.
    ///   - required: columns of the input that are needed behind the sort; nil for all.
    ///   - inBatches: whether rows that the keys leave equal stay as they are in the input, which comes in batches.
    init(
        _ keys: [SortKey], extra: [BoundExpression] = [], input: [PlanColumn], required: Set<ColumnID>?, inBatches: Bool = false,
        _ builder: PipelineBuilder
    ) throws(SQLError) {
        inputWidth = input.count
        numbersBatches = inBatches
        var kept = input.indices.filter { required?.contains(input[$0].id) ?? true }
        columns = kept.map { input[$0] }
        var places: [ColumnID: Int] = [:]
        for position in input.indices { places[input[position].id] = position }

        // Plain columns are kept once, whether they are shown or only sorted by.
        var computed: [BoundExpression] = []
        func place(_ expression: BoundExpression) -> Int {
            if case .column(let id, _) = expression, let position = places[id] {
                if !kept.contains(position) { kept.append(position) }
                return position
            }
            if let known = computed.firstIndex(of: expression) { return input.count + known }
            computed.append(expression)
            return input.count + computed.count - 1
        }
        keyPlaces = keys.map { place($0.expression) }
        let wanted = extra.map(place)
        keptColumns = kept
        self.computed = try builder.compile(computed, input)
        let types = kept.map { input[$0].type } + computed.map(\.type)
        layout = RowLayout(headerBytes: 8, types: inBatches ? types + [.bigint] : types)
        func rowColumn(_ place: Int) -> Int {
            place < input.count ? kept.firstIndex(of: place) ?? 0 : kept.count + place - input.count
        }
        extraPlaces = wanted.map(rowColumn)
        var rowKeys = zip(keys, keyPlaces).map {
            RowSortKey(column: rowColumn($1), descending: $0.descending, nullsFirst: $0.nullsFirst)
        }
        if inBatches { rowKeys.append(RowSortKey(column: types.count, descending: false, nullsFirst: false)) }
        firstKeyColumn = rowKeys.first?.column ?? 0
        order = RowSortOrder(layout, rowKeys)
        prefix = SortPrefix(layout, rowKeys)
    }

    /// The columns of a chunk's rows, in the layout's order, and the flat key columns.
    func evaluate(_ chunk: Chunk) throws(SQLError) -> (row: [Column], keys: [Column]) {
        var values = try computed.evaluate(chunk)
        var keys: [Column] = []
        for place in keyPlaces {
            keys.append(try (place < inputWidth ? chunk.columns[place] : values[place - inputWidth]).flattened())
        }
        if numbersBatches {
            values.append(try .constant(.integer(Int64(chunk.batch)), .bigint, count: chunk.count))
            keys.append(try values[values.count - 1].flattened())
        }
        return (keptColumns.map { chunk.columns[$0] } + values, keys)
    }
}
