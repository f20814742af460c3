/// UNNEST: one row for every element of lists, side by side.

import LodeCore
import LodePlan
import LodeVectors

/// Repeats the input's rows as often as their longest list has elements; shorter lists are filled up with NULL.
final class UnnestOperator: Operator {
    private let lists: ExpressionList
    private let elementTypes: [[SQLType]]
    private let numbersRows: Bool
    private let keepsEmpty: Bool
    /// Positions in the input's chunks of the columns that come out.
    private let shown: [Int]

    init(_ node: UnnestNode, input: [PlanColumn], shown: [Int], _ builder: PipelineBuilder) throws(SQLError) {
        lists = try builder.compile(node.lists, input)
        elementTypes = node.lists.map { list in
            switch list.type.base {
            case .list(let element): [element]
            case .map(let key, let value): [key, value]
            default: [.null]
            }
        }
        numbersRows = node.ordinality != nil
        keepsEmpty = node.keepsEmpty
        self.shown = shown
    }

    func worker(into downstream: any ChunkConsumer, _ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        Worker(self, downstream, context)
    }

    private final class Worker: PassingConsumer {
        private let unnest: UnnestOperator
        let downstream: any ChunkConsumer
        private var rows: [Int] = []
        private var ordinals: [Int] = []
        /// The chunk at hand with its lists, and the row and element that come next.
        private var current: (chunk: Chunk, lists: [Column])?
        private var row = 0
        private var element = 0
        private var expansion: Expansion
        /// By list: the element's position in the list's child column, or -1.
        private var elements: [[Int]]

        init(_ unnest: UnnestOperator, _ downstream: any ChunkConsumer, _ context: ExecutionContext) {
            expansion = Expansion(context)
            self.unnest = unnest
            self.downstream = downstream
            elements = unnest.elementTypes.map { _ in [] }
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            var lists: [Column] = []
            for list in try unnest.lists.evaluate(chunk) { lists.append(try list.flattened()) }
            current = (chunk, lists)
            row = 0
            element = 0
            return try advance()
        }

        func resume() throws(SQLError) -> Demand {
            let demand = try downstream.resume()
            return demand == .more ? try advance() : demand
        }

        /// Goes on with the chunk at hand.
        private func advance() throws(SQLError) -> Demand {
            guard let (chunk, lists) = current else { return .more }
            expansion.begin()
            while row < chunk.count {
                let ranges = lists.map { Self.range($0, row) }
                var count = ranges.reduce(0) { max($0, Int($1.count)) }
                let isEmpty = count == 0
                if isEmpty, unnest.keepsEmpty { count = 1 }
                while element < count {
                    rows.append(row)
                    ordinals.append(isEmpty ? -1 : element + 1)
                    for (list, range) in ranges.enumerated() {
                        elements[list].append(element < Int(range.count) ? Int(range.offset) + element : -1)
                    }
                    element += 1
                    if rows.count == Chunk.capacity {
                        var demand = try flush(chunk, lists)
                        if demand == .more { demand = try expansion.demand() }
                        if demand != .more { return demand }
                    }
                }
                row += 1
                element = 0
            }
            current = nil
            return try flush(chunk, lists)
        }

        private static func range(_ list: Column, _ row: Int) -> ListRange {
            guard list.physical == .list, !list.isNull(row) else { return ListRange(offset: 0, count: 0) }
            return list.lanes(as: ListRange.self)[row]
        }

        private func flush(_ chunk: Chunk, _ lists: [Column]) throws(SQLError) -> Demand {
            let count = rows.count
            if count == 0 { return .more }
            var columns: [Column] = []
            for position in unnest.shown { columns.append(try chunk.columns[position].gather(optional: rows)) }
            for (index, list) in lists.enumerated() {
                for (child, type) in unnest.elementTypes[index].enumerated() {
                    let known = child < list.children.count ? list.children[child] : nil
                    if let known {
                        columns.append(try known.gather(optional: elements[index]))
                    } else {
                        columns.append(try .null(type, count: count))
                    }
                }
            }
            if unnest.numbersRows {
                columns.append(try Column.make(.bigint, ordinals.map { $0 < 0 ? .null : .integer(Int64($0)) }))
            }
            rows.removeAll(keepingCapacity: true)
            ordinals.removeAll(keepingCapacity: true)
            for index in elements.indices { elements[index].removeAll(keepingCapacity: true) }
            return try downstream.consume(Chunk(columns: columns, count: count, batch: chunk.batch))
        }
    }
}
