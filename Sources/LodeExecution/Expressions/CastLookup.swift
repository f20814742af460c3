/// The kernel for a pair of types.

import LodeCore
import LodeFunctions
import LodeVectors

enum CastLookup {
    /// - Throws: `42846` if there is no cast between the types.
    static func kernel(from: SQLType, to: SQLType, isTry: Bool, _ span: SourceSpan?) throws(SQLError) -> ScalarKernel {
        if let kernel = Casts.kernel(from: from, to: to, isTry: isTry) { return kernel }
        throw SQLError(.cannotCoerce, "cannot cast type \(from) to \(to)", at: span)
    }
}
