/// Filters by a comparison without making a boolean column.

import LodeCore

/// Chosen once per query, called once per chunk.
package enum ComparisonSelect {
    /// `survivors` must have room for `count` rows.
    package typealias Kernel =
        @Sendable (_ left: Column, _ right: Column, _ count: Int, _ survivors: Selection) throws(SQLError) -> Void

    /// A kernel that makes `survivors` the ascending rows for which `left comparison right` is true (neither false nor NULL).
    /// Cost: 0.7 ns a row for numbers against a constant.
    package static func kernel(_ comparison: ComparisonOperator, _ type: SQLType) -> Kernel {
        make(comparison, type) { .select($0) }
    }

    /// A kernel that keeps those of the rows in `survivors` for which `left comparison right` is true: the next part of an AND.
    package static func refinement(_ comparison: ComparisonOperator, _ type: SQLType) -> Kernel {
        make(comparison, type) { .refine($0) }
    }

    /// Makes `survivors` the rows where a boolean column is true.
    package static func isTrue(_ column: Column, _ count: Int, _ survivors: Selection) throws(SQLError) {
        try flags(column, count, survivors, .select(survivors))
    }

    /// Keeps those of the rows in `survivors` where a boolean column is true.
    package static func keepTrue(_ column: Column, _ count: Int, _ survivors: Selection) throws(SQLError) {
        try flags(column, count, survivors, .refine(survivors))
    }

    private static func make(
        _ comparison: ComparisonOperator, _ type: SQLType, _ output: @escaping @Sendable (Selection) -> ComparisonOutput
    ) -> Kernel {
        let kernel = ComparisonKernel(comparison, type)
        if comparison == .isDistinct || comparison == .isNotDistinct {
            let whole = Comparison.kernel(comparison, type)
            return { left, right, count, survivors throws(SQLError) in
                try flags(try whole(left, right, count), count, survivors, output(survivors))
            }
        }
        return { left, right, count, survivors throws(SQLError) in
            if left.isConstantNull || right.isConstantNull {
                survivors.count = 0
                return
            }
            var output = output(survivors)
            let mask = try Validity.and(left.rowValidity, right.rowValidity, count)
            if let mask {
                runValidity(Lanes(mask.lanes(as: UInt64.self)), count, output)
                output = .refine(survivors)
            }
            try kernel.run(left, right, count, output)
        }
    }

    private static func flags(
        _ column: Column, _ count: Int, _ survivors: Selection, _ output: ComparisonOutput
    ) throws(SQLError) {
        if column.layout == .constant {
            let isTrue = !column.isNull(0) && column.lanes(as: UInt8.self)[0] != 0
            if !isTrue { survivors.count = 0 } else if case .select = output { fill(survivors, count) }
            return
        }
        var output = output
        if let validity = column.mask {
            runValidity(validity, count, output)
            output = .refine(survivors)
        }
        let flat = try column.flattened()
        runFlags(FlatLanes(base: flat.lanes(as: UInt8.self)), count, output)
    }

    private static func fill(_ survivors: Selection, _ count: Int) {
        survivors.takeAll(count)
    }
}

extension Column {
    /// The validity mask with a bit per row; nil for a constant, which is either all NULL or not at all.
    package var rowValidity: Buffer? { layout == .constant ? nil : validityBuffer }
}
