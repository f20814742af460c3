/// Turning constants and dictionary codes into one lane a row.

import LodeCore

extension Column {
    /// The same values in the flat layout; itself if it is flat already.
    package func flattened() throws(SQLError) -> Column {
        switch layout {
        case .flat: return self
        case .dictionary:
            guard let dictionary else { throw .internalFault("a dictionary column without its dictionary") }
            // Without values every row is NULL, and code 0 names nothing.
            if dictionary.count == 0 { return try Column.null(type, count: 1).repeated(count) }
            if type.isNested {
                let selection = try Selection(copying: lanes(as: UInt32.self), count: count)
                return try dictionary.gather(selection).replacing(validity: validityBuffer)
            }
            return try dictionary.gatherFlat(lanes(as: UInt32.self), count, validity: validityBuffer)
        case .constant:
            return try repeated(count)
        }
    }

    /// The one row of a constant, `count` times, as lanes.
    private func repeated(_ count: Int) throws(SQLError) -> Column {
        let selection = try Selection(capacity: count)
        selection.lanes.update(repeating: 0, count: count)
        selection.count = count
        return try singleRow.gather(selection)
    }

    /// Whether the layout alone says that every row is NULL.
    package var isAllNull: Bool {
        isConstantNull || (layout == .dictionary && dictionary?.count == 0)
    }
}

extension Selection {
    /// A copy of row numbers, such as the codes of a dictionary column.
    package convenience init(copying codes: Lanes<UInt32>, count: Int) throws(SQLError) {
        try self.init(capacity: count)
        lanes.update(from: codes, count: count)
        self.count = count
    }
}
