/// Lists, maps and structs, member by member.

import LodeCore
import LodeVectors

enum NestedCasts {
    static func body(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> StrictBody? {
        switch (from, to) {
        case (.list(let a), .list(let b)):
            guard let element = Casts.kernel(from: a, to: b, isTry: isTry) else { return nil }
            return { call throws(SQLError) in try lists(call, to, [element]) }
        case (.map(let ak, let av), .map(let bk, let bv)):
            guard let key = Casts.kernel(from: ak, to: bk, isTry: isTry), let value = Casts.kernel(from: av, to: bv, isTry: isTry)
            else { return nil }
            return { call throws(SQLError) in try lists(call, to, [key, value]) }
        case (.structure(let a), .structure(let b)):
            guard let places = Casts.fieldSources(of: b, in: a), let kernels = fieldKernels(a, b, places, isTry) else { return nil }
            return { call throws(SQLError) in
                let source = flat(call.arguments[0])
                var fields: [Column] = []
                for (index, place) in places.enumerated() {
                    if let place, let kernel = kernels[index] {
                        fields.append(try kernel([source.children[place]], call.count, call.context))
                    } else {
                        fields.append(try Column.null(b[index].type, count: call.count).flattened())
                    }
                }
                return Column(
                    flat: to, count: call.count, lanes: try Buffer(byteCount: 0), validity: source.validityBuffer, children: fields)
            }
        default: return nil
        }
    }

    /// A kernel for each field that has a source.
    private static func fieldKernels(_ a: [Field], _ b: [Field], _ places: [Int?], _ isTry: Bool) -> [ScalarKernel?]? {
        var kernels: [ScalarKernel?] = []
        for (place, field) in zip(places, b) {
            guard let place else {
                kernels.append(nil)
                continue
            }
            guard let kernel = Casts.kernel(from: a[place].type, to: field.type, isTry: isTry) else { return nil }
            kernels.append(kernel)
        }
        return kernels
    }

    private static func flat(_ column: Column) -> Column { column.layout == .constant ? column.singleRow : column }

    private static func lists(_ call: StrictCall, _ to: SQLType, _ kernels: [ScalarKernel]) throws(SQLError) -> Column {
        var source = flat(call.arguments[0])
        var children: [Column]
        do throws(SQLError) {
            children = try members(source, kernels, call.context)
        } catch {
            // Members that no row refers to must not fail the cast: try again with only those that are used.
            source = try ListMembers.compacted(source, call.count, call.validity)
            children = try members(source, kernels, call.context)
        }
        let lanes = try Buffer(byteCount: call.count * MemoryLayout<ListRange>.stride)
        lanes.copyLanes(of: source, count: call.count, to: 0)
        return Column(flat: to, count: call.count, lanes: lanes, validity: source.validityBuffer, children: children)
    }

    private static func members(_ source: Column, _ kernels: [ScalarKernel], _ context: FunctionContext) throws(SQLError) -> [Column] {
        var children: [Column] = []
        for (child, kernel) in zip(source.children, kernels) { children.append(try kernel([child], child.count, context)) }
        return children
    }
}
