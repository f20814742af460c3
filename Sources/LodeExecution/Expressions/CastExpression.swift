/// CAST and TRY_CAST.

import LodeCore
import LodeFunctions
import LodeVectors

final class CastExpression: CompiledExpression {
    let type: SQLType
    private let operand: any CompiledExpression
    private let kernel: ScalarKernel
    private let functions: FunctionContext
    private let span: SourceSpan?

    private init(
        _ operand: any CompiledExpression, to type: SQLType, _ kernel: @escaping ScalarKernel, _ functions: FunctionContext,
        _ span: SourceSpan?
    ) {
        self.operand = operand
        self.type = type
        self.kernel = kernel
        self.functions = functions
        self.span = span
    }

    /// The operand itself where nothing has to be done.
    static func make(
        _ operand: any CompiledExpression, to type: SQLType, isTry: Bool, _ span: SourceSpan?, _ functions: FunctionContext
    ) throws(SQLError) -> any CompiledExpression {
        if operand.type == type { return operand }
        let cast = try CastLookup.kernel(from: operand.type, to: type, isTry: isTry, span)
        return CastExpression(operand, to: type, cast, functions, span)
    }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        let column = try operand.evaluate(chunk)
        do {
            return try kernel([column], chunk.count, functions)
        } catch {
            throw error.at(span)
        }
    }
}
