/// JSON objects and arrays made of arguments.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let jsonBuilding: [ScalarFunction] = [
        ScalarFunction(
            "json_build_object", aliases: ["jsonb_build_object", "json_object"], "json", "An object of keys and values in turn.",
            source: "PostgreSQL 17, 9.16", examples: [("json_build_object('a', 1, 'b', NULL)", "{\"a\" : 1, \"b\" : null}")],
            isStrict: false,
            .generic([], variadic: .any) { (types) throws(SQLError) in
                guard types.count.isMultiple(of: 2) else {
                    throw SQLError(
                        .invalidParameterValue, "argument list must have even number of elements",
                        hint: "The arguments of json_build_object() must consist of alternating keys and values.")
                }
                return build(types.enumerated().map { $0.offset.isMultiple(of: 2) ? .varchar : $0.element }, isObject: true)
            }),
        ScalarFunction(
            "json_build_array", aliases: ["jsonb_build_array"], "json", "An array of the arguments.", source: "PostgreSQL 17, 9.16",
            examples: [("json_build_array(1, 'x', NULL)", "[1, \"x\", null]")], isStrict: false,
            .generic([], variadic: .any) { (types) throws(SQLError) in build(types, isObject: false) }),
    ]

    private static func build(_ types: [SQLType], isObject: Bool) -> BoundScalar {
        BoundScalar(parameters: types, returns: .json, canFail: isObject) { arguments, count, context throws(SQLError) in
            let zone = try TimeZoneRules.named(context.timeZone)
            let values = arguments.map { ValueJSON($0, zone: { zone.offsetSeconds(atUTC: $0) }) }
            let result = try TextResult(count), sink = try ByteSink(capacity: 256)
            for row in 0..<count {
                sink.truncate()
                try sink.append(isObject ? "{" : "[")
                for index in values.indices {
                    let isKey = isObject && index.isMultiple(of: 2)
                    if index > 0 { try sink.append(isObject && !isKey ? " : " : ", ") }
                    if isKey, arguments[index].isNull(row) {
                        throw SQLError(.invalidParameterValue, "argument \(index + 1): key must not be null")
                    }
                    try values[index].append(row, to: sink)
                }
                try sink.append(isObject ? "}" : "]")
                result.lanes[row] = try result.arena.add(sink.bytes)
            }
            return result.column(.json)
        }
    }
}
