/// Functions that give rows: each call gives a list, of which every element is a row.

import LodeCore
import LodeVectors

extension ScalarFunction {
    /// What the only column of a function is called in FROM, where that is not the function's name.
    package static let setColumns = ["pg_partition_ancestors": "relid"]

    /// Called in FROM or in a select list, where the lists of one select list are read side by side. A list of structs gives a column for
    /// each of their fields in FROM.
    static let sets: [ScalarFunction] = [
        ScalarFunction(
            "generate_series", "set", "The numbers or times from the first to the second, both included, by a step.",
            source: "PostgreSQL 17, 9.26", examples: [("ARRAY(SELECT generate_series(1, 7, 3))", "[1, 4, 7]")],
            overloads: SeriesLists.overloads),
        ScalarFunction(
            "generate_subscripts", "set", "The subscripts of a dimension of a list; with true from the last to the first.",
            source: "PostgreSQL 17, 9.26", examples: [("ARRAY(SELECT generate_subscripts(['a', 'b'], 1))", "[1, 2]")],
            .generic([.any, .integer, .boolean], optional: 1) { (types) throws(SQLError) in try SubscriptLists.bind(types) }),
        ScalarFunction(
            "_pg_expandarray", "set", "The elements of a list with their positions from 1.", source: "SQL standard; PostgreSQL 17, 35",
            examples: [("ARRAY(SELECT (information_schema._pg_expandarray([7, 8])).n)", "[1, 2]")],
            .generic([.any]) { (types) throws(SQLError) in try NumberedLists.bind(types) }),
        ScalarFunction(
            "string_to_table", "set", "The parts of a text between separators.", source: "PostgreSQL 17, 9.4",
            examples: [("ARRAY(SELECT string_to_table('a,b', ','))", "[a, b]")], isStrict: false,
            .plain([.varchar, .varchar, .varchar], .list(.varchar), optional: 1, canFail: false) {
                arguments, count, context throws(SQLError) in try toArray(arguments, count, context)
            }),
        ScalarFunction(
            "regexp_split_to_table", "set", "The parts of a text between matches of a regular expression.", source: "PostgreSQL 17, 9.4",
            examples: [("ARRAY(SELECT regexp_split_to_table('a1b', '[0-9]'))", "[a, b]")],
            .strict([.varchar, .varchar], .list(.varchar), canFail: true) { call throws(SQLError) in try RegexKernels.split(call) }),
    ]
}

/// `generate_series` as lists.
private enum SeriesLists {
    static let overloads: [ScalarOverload] =
        [SQLType.integer, .bigint].map { type in
            .row([type, type, type], .list(type), optional: 1) { (call) throws(SQLError) in
                guard let start = call.number(0), let stop = call.number(1) else { return .null }
                return .list(try numbers(start, stop, call.number(2) ?? 1).map { .integer($0) })
            }
        }
        + [SQLType.timestamp, .timestamptz].map { type in
            .row([type, type, .interval], .list(type)) { (call) throws(SQLError) in
                guard case .timestamp(let start) = call.arguments[0], case .timestamp(let stop) = call.arguments[1],
                    case .interval(let step) = call.arguments[2]
                else { return .null }
                let zone = type == .timestamptz ? try TimeZoneRules.named(call.context.timeZone) : .utc
                return .list(try times(start, stop, step, zone).map { .timestamp($0) })
            }
        }

    /// Of one call.
    private static let limit = 1 << 24

    private static func tooMany() -> SQLError {
        SQLError(
            .programLimitExceeded, "a series in a select list has at most \(limit) rows",
            hint: "Call generate_series in FROM: it has no limit there.")
    }

    private static func numbers(_ start: Int64, _ stop: Int64, _ step: Int64) throws(SQLError) -> [Int64] {
        if step == 0 { throw SQLError(.invalidParameterValue, "step size cannot equal zero") }
        var numbers: [Int64] = [], next = start
        while step > 0 ? next <= stop : next >= stop {
            if numbers.count == limit { throw tooMany() }
            numbers.append(next)
            let (sum, overflow) = next.addingReportingOverflow(step)
            if overflow { break }
            next = sum
        }
        return numbers
    }

    private static func times(_ start: Int64, _ stop: Int64, _ step: Interval, _ zone: TimeZoneRules) throws(SQLError) -> [Int64] {
        if CivilDate.isInfinite(start) || CivilDate.isInfinite(stop) {
            throw SQLError(.invalidParameterValue, "the bounds of a series must be finite")
        }
        let sign = step.comparisonMicros
        if sign == 0 { throw SQLError(.invalidParameterValue, "step size cannot equal zero") }
        var times: [Int64] = [], next = start
        while sign > 0 ? next <= stop : next >= stop {
            if times.count == limit { throw tooMany() }
            times.append(next)
            next = try CalendarArithmetic.add(next, step, 1, in: zone)
        }
        return times
    }
}

private enum SubscriptLists {
    static func bind(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        guard ListFunctions.elementType(types[0]) != nil else { throw .noFunction("generate_subscripts", types) }
        let parameters = [types[0], .integer] + (types.count > 2 ? [SQLType.boolean] : [])
        return .strict(parameters, .list(.integer), canFail: false) { call throws(SQLError) in
            let ranges = call.lanes(0, ListRange.self)
            var values: [Value] = []
            for row in 0..<call.count {
                guard call.isValid(row), call.arguments[1].value(at: row) == .integer(1) else {
                    values.append(.list([]))
                    continue
                }
                let subscripts = (0..<Int64(ranges[row].count)).map { Value.integer($0 + ListSubscripts.first(types[0])) }
                let isReversed = call.arity > 2 && call.arguments[2].value(at: row) == .boolean(true)
                values.append(.list(isReversed ? subscripts.reversed() : subscripts))
            }
            return try Column.make(.list(.integer), values)
        }
    }
}

private enum NumberedLists {
    static func bind(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        guard let element = ListFunctions.elementType(types[0]) else { throw .noFunction("_pg_expandarray", types) }
        let row = SQLType.structure([Field("x", element), Field("n", .integer)])
        return .strict(types, .list(row), canFail: false) { call throws(SQLError) in
            let list = call.isConstant(0) ? try call.arguments[0].flattened() : call.arguments[0]
            let members = try ListMembers.compacted(list, call.count, call.validity)
            let elements = members.children[0], ranges = members.lanes(as: ListRange.self)
            let positions = try LaneResult<Int32>(elements.count)
            for row in 0..<call.count {
                for index in 0..<Int(ranges[row].count) { positions.lanes[Int(ranges[row].offset) + index] = Int32(index + 1) }
            }
            let structs = Column(
                flat: row, count: elements.count, lanes: try Buffer(byteCount: 16),
                children: [try elements.flattened(), positions.column(.integer)])
            return members.retyped(.list(row), children: [structs])
        }
    }
}
