/// An expression that is ready to run: columns are positions, kernels are chosen.

import LodeCore
import LodeVectors

/// Compiled once per query, evaluated once per chunk, by many workers at once.
package protocol CompiledExpression: AnyObject, Sendable {
    var type: SQLType { get }
    /// The value for every row of the chunk, in any layout.
    /// - Throws: an error of the data, with the span of the part of the statement that raised it.
    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column
}
