/// Constants computed by running kernels over a single row: the executor's part in tests of planning.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

enum OneRowEvaluator {
    static let context = FunctionContext(transactionMicros: 1_700_000_000_000_000)

    static func value(_ expression: BoundExpression) throws(SQLError) -> Value {
        switch expression {
        case .constant(let value, _): return value
        case .cast(let inner, let type, let isTry, _):
            guard let kernel = Casts.kernel(from: inner.type, to: type, isTry: isTry) else {
                throw SQLError(.cannotCoerce, "no cast from \(inner.type) to \(type)")
            }
            let column = try Column.constant(try value(inner), inner.type, count: 1)
            return try kernel([column], 1, context).value(at: 0)
        case .call(let call):
            var columns: [Column] = []
            for argument in call.arguments { columns.append(try Column.constant(try value(argument), argument.type, count: 1)) }
            if call.isStrict, columns.contains(where: { $0.isNull(0) }) { return .null }
            return try call.function.kernel(columns, 1, context).value(at: 0)
        case .not(let inner):
            if case .boolean(let flag) = try value(inner) { return .boolean(!flag) }
            return .null
        case .isNull(let inner): return .boolean(try value(inner).isNull)
        case .coalesce(let parts, _):
            for part in parts {
                let result = try value(part)
                if !result.isNull { return result }
            }
            return .null
        default: throw .internalFault("the test's evaluator does not know this expression")
        }
    }
}
