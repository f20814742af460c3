/// From the type that a file gives a column to the type that its table has.

import LodeCore
import LodeVectors

extension Casts {
    /// Like `kernel(from:to:isTry:)`, but that fields of structs are matched by their names: those that `from` lacks are NULL,
    /// those that `to` lacks are left out, and a value that would change is an error. Nil if some part can't be converted.
    package static func kernelByName(from: SQLType, to: SQLType) -> ScalarKernel? {
        if from == to { return kernel(from: from, to: to, isTry: false) }
        switch (from, to) {
        case (.structure(let given), .structure(let wanted)): return structs(given, wanted, to)
        case (.list(let a), .list(let b)):
            guard let element = kernelByName(from: a, to: b) else { return nil }
            return members(to, [element])
        case (.map(let ak, let av), .map(let bk, let bv)):
            guard let key = kernelByName(from: ak, to: bk), let value = kernelByName(from: av, to: bv) else { return nil }
            return members(to, [key, value])
        default: return exactKernel(from, to)
        }
    }

    private static func structs(_ given: [Field], _ wanted: [Field], _ type: SQLType) -> ScalarKernel? {
        var sources: [(index: Int, kernel: ScalarKernel)?] = []
        for field in wanted {
            guard let index = Schema(given).index(of: field.name) else {
                sources.append(nil)
                continue
            }
            guard let kernel = kernelByName(from: given[index].type, to: field.type) else { return nil }
            sources.append((index, kernel))
        }
        let origins = sources
        return { arguments, count, context throws(SQLError) in
            let source = try arguments[0].flattened()
            var children: [Column] = []
            for (origin, field) in zip(origins, wanted) {
                if let origin {
                    children.append(try origin.kernel([source.children[origin.index]], count, context))
                } else {
                    children.append(try Column.null(field.type, count: count).flattened())
                }
            }
            return Column(flat: type, count: count, lanes: try Buffer(byteCount: 16), validity: source.validityBuffer, children: children)
        }
    }

    /// Lists and maps: their members are converted, where they lie stays.
    private static func members(_ type: SQLType, _ kernels: [ScalarKernel]) -> ScalarKernel {
        { arguments, count, context throws(SQLError) in
            let source = try arguments[0].flattened()
            var children: [Column] = []
            for (child, kernel) in zip(source.children, kernels) { children.append(try kernel([child], child.count, context).flattened()) }
            return source.retyped(type, children: children)
        }
    }
}
