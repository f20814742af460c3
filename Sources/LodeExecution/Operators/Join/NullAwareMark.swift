/// The third truth value of IN: where it is unknown whether a row is among others.

import LodeCore
import LodeVectors

/// Finds the probe rows without a match whose comparison with some build row is NULL rather than false.
///
/// With one key and no residual that is plain: a NULL on either side. Otherwise candidates are compared one probe row at a
/// time: build rows with a NULL key, or, for a probe row with a NULL key, all build rows. Keys that match NULL and the
/// residual only say which build rows the subquery has.
struct NullAwareMark {
    private let shape: JoinShape
    private let built: BuiltSide
    private let context: ExecutionContext

    init(_ shape: JoinShape, _ built: BuiltSide, _ context: ExecutionContext) {
        self.shape = shape
        self.built = built
        self.context = context
    }

    /// The validity of the marks of a chunk; nil if all are known.
    /// - Parameter matched: by probe row, 1 if it has a match.
    func validity(_ chunk: Chunk, _ keys: [Column], _ matched: Lanes<UInt8>) throws(SQLError) -> Buffer? {
        let aware = keys.indices.filter { !shape.build.matchesNull[$0] }
        let isPlain = keys.count == 1 && aware.count == 1 && shape.residual == nil
        if !built.hasNullKeys, !aware.contains(where: { keys[$0].mayHaveNulls }) { return nil }
        var mask: Buffer?
        for row in 0..<chunk.count where matched[row] == 0 {
            let isNull = aware.contains { keys[$0].isNull(row) }
            guard isNull || built.hasNullKeys else { continue }
            let isUnknown = isPlain ? true : try self.isUnknown(chunk, keys, row, isNull)
            if isUnknown {
                let words = if let mask { mask } else { try Validity.allValid(chunk.count) }
                mask = words
                Validity.clear(words.lanes(as: UInt64.self), row)
            }
        }
        return mask
    }

    private func isUnknown(_ chunk: Chunk, _ keys: [Column], _ row: Int, _ isNull: Bool) throws(SQLError) -> Bool {
        let single = try Selection.range(row, 1)
        var found = false
        let stores = isNull ? built.stores + built.unmatchable : built.unmatchable
        try RowWalk.forEach(stores) { pointers, count throws(SQLError) in
            if found { return }
            try context.cancellation.check()
            let pairs = try Selection.range(0, count)
            pairs.count = count
            for (index, key) in keys.enumerated() where pairs.count > 0 {
                try refine(try Column(repeating: key.gather(single), count: count).flattened(), index, pointers, pairs)
            }
            if pairs.count > 0 { found = try satisfiesResidual(chunk, single, pointers, pairs) }
        }
        return found
    }

    /// Keeps the pairs whose comparison by one key is not false.
    private func refine(_ value: Column, _ key: Int, _ pointers: RowPointers, _ pairs: Selection) throws(SQLError) {
        if shape.build.matchesNull[key] {
            pairs.count = RowEquality(shape.build.layout, columns: [key]).refine([value], pointers, pairs.lanes, pairs.count)
            return
        }
        if value.isNull(0) { return }
        let equality = RowEquality(shape.build.layout, columns: [key])
        let rows = pairs.lanes
        var kept = 0
        for i in 0..<pairs.count {
            // `refine` leaves the pair in place, or drops it.
            rows[kept] = rows[i]
            let isUnknown = shape.build.layout.isNull(pointers[Int(rows[kept])], key)
            if isUnknown || equality.refine([value], pointers, rows + kept, 1) == 1 { kept += 1 }
        }
        pairs.count = kept
    }

    private func satisfiesResidual(_ chunk: Chunk, _ row: Selection, _ pointers: RowPointers, _ pairs: Selection) throws(SQLError) -> Bool {
        guard let residual = shape.residual else { return true }
        var kept = 0
        for i in 0..<pairs.count {
            pointers[kept] = pointers[Int(pairs[i])]
            kept += 1
        }
        var columns: [Column] = []
        for position in shape.residualProbe {
            columns.append(Column(repeating: try chunk.columns[position].flattened().gather(row), count: kept))
        }
        for column in shape.residualRows { columns.append(try built.gather.column(column, pointers, kept)) }
        let survivors = try residual.select(Chunk(columns: columns, count: kept))
        return survivors.map { $0.count > 0 } ?? true
    }
}
