/// Gathering rows of which some don't exist.

import LodeCore
import LodeVectors

extension Column {
    /// The values of `rows`; a negative row number gives NULL.
    func gather(optional rows: [Int]) throws(SQLError) -> Column {
        if count == 0 { return try .null(type, count: rows.count) }
        let selection = try Selection(capacity: rows.count)
        var missing: Buffer?
        for (i, row) in rows.enumerated() {
            selection[i] = UInt32(truncatingIfNeeded: max(row, 0))
            if row < 0 {
                let mask = if let missing { missing } else { try Validity.allValid(rows.count) }
                missing = mask
                Validity.clear(mask.lanes(as: UInt64.self), i)
            }
        }
        selection.count = rows.count
        let flat = missing != nil && layout == .constant ? try flattened() : self
        let found = try flat.gather(selection)
        guard missing != nil else { return found }
        return found.replacing(validity: try Validity.and(found.validityBuffer, missing, rows.count))
    }
}
