/// Lists: making, joining, reading.

import LodeCore
import LodeVectors

/// Kernels that are shared between names.
enum ListFunctions {
    /// `len` of lists and maps.
    static let count = ScalarOverload.generic([.anyNested]) { (types) throws(SQLError) in
        switch types[0] {
        case .list, .map, .null: break
        default: throw .noFunction("length", types)
        }
        return .strict(types, .bigint, canFail: false) { call throws(SQLError) in
            try call.map(ListRange.self, to: .bigint) { Int64($0.count) }
        }
    }

    static func elementType(_ type: SQLType) -> SQLType? {
        if case .list(let element) = type.base { return element }
        return nil
    }

    /// `||`: two lists, or a list and an element before or after it.
    static func concatenation(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        if let type = Casts.commonType(types[0], types[1]), elementType(type) != nil { return concatenation(type, 2) }
        let (list, element, listFirst) = elementType(types[0]) != nil ? (types[0], types[1], true) : (types[1], types[0], false)
        guard let inner = elementType(list), let common = Casts.commonType(inner, element) else { throw .noFunction("||", types) }
        let joined = concatenation(.list(common), 2).kernel
        let parameters: [SQLType] = listFirst ? [.list(common), common] : [common, .list(common)]
        return BoundScalar(parameters: parameters, returns: .list(common), canFail: false, takesNull: true) {
            arguments, count, context throws(SQLError) in
            let single = try literal([arguments[listFirst ? 1 : 0]], common, count)
            return try joined(listFirst ? [arguments[0], single] : [single, arguments[1]], count, context)
        }
    }

    /// Lists of one type joined; a NULL list counts as empty unless all are NULL (PostgreSQL, array_cat).
    static func concatenation(_ type: SQLType, _ arity: Int) -> BoundScalar {
        let element = elementType(type) ?? .null
        return BoundScalar(parameters: Array(repeating: type, count: arity), returns: type, canFail: false, takesNull: true) {
            arguments, count, _ throws(SQLError) in
            var lists: [Column] = []
            for argument in arguments { lists.append(try argument.flattened()) }
            let child = try ColumnJoin.concatenate(lists.map { $0.children[0] }, element)
            var bases: [UInt32] = [], base: UInt32 = 0
            for list in lists {
                bases.append(base)
                base &+= UInt32(truncatingIfNeeded: list.children[0].count)
            }
            return try ListRows.make(type, [child], count) { (row, rows) throws(SQLError) in
                var isNull = true
                for (list, base) in zip(lists, bases) where !list.isNull(row) {
                    isNull = false
                    let range = list.lanes(as: ListRange.self)[row]
                    rows.append(range, base)
                }
                return !isNull
            }
        }
    }

    /// One list a row of the row's values in each column: `[a, b, c]`.
    static func literal(_ arguments: [Column], _ element: SQLType, _ count: Int) throws(SQLError) -> Column {
        let child = try ColumnJoin.concatenate(arguments, element)
        return try ListRows.make(.list(element), [child], count) { (row, rows) throws(SQLError) in
            for index in 0..<arguments.count { rows.append(UInt32(index * count + row)) }
            return true
        }
    }
}

/// Lists whose members are rows of existing columns, gathered in the end.
struct ListRows {
    private(set) var rows: [UInt32] = []

    mutating func append(_ row: UInt32) { rows.append(row) }

    mutating func append(_ range: ListRange, _ base: UInt32 = 0) {
        for index in 0..<range.count { rows.append(base &+ range.offset &+ index) }
    }

    /// One list (or map) a row: the body names rows of `children`; false is NULL.
    static func make(
        _ type: SQLType, _ children: [Column], _ count: Int, _ body: (Int, inout ListRows) throws(SQLError) -> Bool
    ) throws(SQLError) -> Column {
        var lists = ListRows()
        let ranges = try LaneResult<ListRange>(count)
        var nulls = NullMask(count)
        for row in 0..<count {
            let start = lists.rows.count
            if try !body(row, &lists) { try nulls.set(row) }
            guard lists.rows.count <= Int(UInt32.max) else {
                throw SQLError(.programLimitExceeded, "a chunk of lists has too many elements")
            }
            ranges.lanes[row] = ListRange(offset: UInt32(start), count: UInt32(lists.rows.count - start))
        }
        let selection = try Selection(capacity: lists.rows.count)
        for (index, row) in lists.rows.enumerated() { selection[index] = row }
        selection.count = lists.rows.count
        var gathered: [Column] = []
        for child in children { gathered.append(try child.gather(selection)) }
        return Column(flat: type, count: count, lanes: ranges.buffer, validity: nulls.buffer, children: gathered)
    }
}
