/// JSON and other text to lists, maps and structs.

import LodeCore
import LodeVectors

/// Each level takes its texts apart and casts the members' texts to their types.
enum NestedFromText {
    static func body(_ to: SQLType, _ isTry: Bool) -> StrictBody? {
        switch to {
        case .list(let element):
            guard let kernel = member(element, isTry) else { return nil }
            return { call throws(SQLError) in try list(call, to, element, kernel, isTry) }
        case .map(let key, let value):
            guard let keys = member(key, isTry), let values = member(value, isTry) else { return nil }
            return { call throws(SQLError) in try map(call, to, (key, keys), (value, values), isTry) }
        case .structure(let fields):
            var kernels: [ScalarKernel] = []
            for field in fields {
                guard let kernel = member(field.type, isTry) else { return nil }
                kernels.append(kernel)
            }
            let casts = kernels
            return { call throws(SQLError) in try structure(call, to, fields, casts, isTry) }
        default: return nil
        }
    }

    private static func member(_ type: SQLType, _ isTry: Bool) -> ScalarKernel? { Casts.kernel(from: .varchar, to: type, isTry: isTry) }

    /// Texts of members, one after another, to be cast together.
    private struct Members {
        private var views: [StringView?] = []
        private let isJSON: Bool
        private let arena = TextArena()

        init(_ type: SQLType, count: Int = 0) {
            isJSON = type == .json
            views = Array(repeating: nil, count: count)
        }

        var count: Int { views.count }

        mutating func append(_ member: NestedTextReader.Member, _ reader: NestedTextReader) throws(SQLError) {
            views.append(try view(member, reader))
        }

        mutating func set(_ row: Int, _ member: NestedTextReader.Member, _ reader: NestedTextReader) throws(SQLError) {
            views[row] = try view(member, reader)
        }

        /// JSON stays as it is written.
        private func view(_ member: NestedTextReader.Member, _ reader: NestedTextReader) throws(SQLError) -> StringView? {
            isJSON ? try arena.add(UnsafeRawBufferPointer(rebasing: reader.bytes[member.raw])) : try reader.text(member, arena)
        }

        func column(_ kernel: ScalarKernel, _ context: FunctionContext) throws(SQLError) -> Column {
            guard views.count <= Int(UInt32.max) else { throw SQLError(.programLimitExceeded, "a chunk of lists has too many elements") }
            let result = try TextResult(views.count)
            var nulls = NullMask(views.count)
            for (index, view) in views.enumerated() {
                if let view { result.lanes[index] = view } else { try nulls.set(index) }
            }
            let texts = result.column(validity: nulls.buffer, heaps: arena.heaps)
            return try kernel([texts], views.count, context).flattened()
        }
    }

    private static func list(
        _ call: StrictCall, _ to: SQLType, _ element: SQLType, _ kernel: ScalarKernel, _ isTry: Bool
    ) throws(SQLError) -> Column {
        var members = Members(element)
        let (ranges, validity) = try rows(call, to, isTry) { (bytes) throws(SQLError) -> Int? in
            var reader = NestedTextReader(bytes)
            guard let elements = reader.elements() else { return nil }
            for element in elements { try members.append(element, reader) }
            return elements.count
        }
        return Column(
            flat: to, count: call.count, lanes: ranges, validity: validity, children: [try members.column(kernel, call.context)])
    }

    private static func map(
        _ call: StrictCall, _ to: SQLType, _ key: (SQLType, ScalarKernel), _ value: (SQLType, ScalarKernel), _ isTry: Bool
    ) throws(SQLError) -> Column {
        var keys = Members(key.0), values = Members(value.0)
        let (ranges, validity) = try rows(call, to, isTry) { (bytes) throws(SQLError) -> Int? in
            var reader = NestedTextReader(bytes)
            guard let entries = reader.entries() else { return nil }
            for entry in entries {
                try keys.append(entry.key, reader)
                try values.append(entry.value, reader)
            }
            return entries.count
        }
        let children = [try keys.column(key.1, call.context), try values.column(value.1, call.context)]
        let lanes = ranges.lanes(as: ListRange.self)
        for row in 0..<call.count { try MapFunctions.check(children[0], lanes[row]) }
        return Column(flat: to, count: call.count, lanes: ranges, validity: validity, children: children)
    }

    /// Where the members of each row lie; `read` appends them and tells how many they are, nil for a malformed text.
    private static func rows(
        _ call: StrictCall, _ to: SQLType, _ isTry: Bool, _ read: (UnsafeRawBufferPointer) throws(SQLError) -> Int?
    ) throws(SQLError) -> (Buffer, Buffer?) {
        let texts = call.texts(0), ranges = try LaneResult<ListRange>(call.count)
        var nulls = NullMask(call.count), total = 0
        for row in 0..<call.count {
            ranges.lanes[row] = ListRange(offset: UInt32(clamping: total), count: 0)
            guard call.isValid(row) else { continue }
            if let count = try texts[row].withBytes(throwing: read) {
                ranges.lanes[row].count = UInt32(clamping: count)
                total += count
            } else if isTry {
                try nulls.set(row)
            } else {
                throw CastFromText.failure(.malformed, texts[row], to)
            }
        }
        return (ranges.buffer, nulls.buffer)
    }

    /// Fields by their names, those that a text lacks being NULL.
    private static func structure(
        _ call: StrictCall, _ to: SQLType, _ fields: [Field], _ kernels: [ScalarKernel], _ isTry: Bool
    ) throws(SQLError) -> Column {
        let texts = call.texts(0), names = Schema(fields), arena = TextArena()
        var members = fields.map { Members($0.type, count: call.count) }
        var nulls = NullMask(call.count)
        for row in 0..<call.count where call.isValid(row) {
            let strange = try texts[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) -> String? in
                var reader = NestedTextReader(bytes)
                guard let entries = reader.entries() else { return "" }
                for entry in entries {
                    guard let name = try reader.text(entry.key, arena)?.string, let index = names.index(of: name) else {
                        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[entry.key.range]), as: UTF8.self)
                    }
                    try members[index].set(row, entry.value, reader)
                }
                return nil
            })
            guard let strange else { continue }
            if isTry {
                try nulls.set(row)
                continue
            }
            let error = CastFromText.failure(.malformed, texts[row], to)
            throw strange.isEmpty
                ? error
                : SQLError(error.state, error.message, detail: "The type has no field \"\(String(strange.prefix(60)))\".", hint: error.hint)
        }
        var children: [Column] = []
        for (member, kernel) in zip(members, kernels) { children.append(try member.column(kernel, call.context)) }
        return Column(
            flat: to, count: call.count, lanes: try Buffer(byteCount: 0), validity: nulls.buffer, children: children)
    }
}
