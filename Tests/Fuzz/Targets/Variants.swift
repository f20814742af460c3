// Variants as JSON: names, values, and parts of them in columns.

import LodeCore
import LodeVectors

extension FuzzTargets {
    /// How it is stored, how long names and parts are; then the names, the parts, and the value.
    static let variant = FuzzTarget(name: "variant") { input in
        var input = FuzzInput(input)
        let isShredded = input.byte() % 2 == 1, nameBytes = input.byte(), partBytes = [input.byte(), input.byte()]
        var fields = [Field("metadata", .varbinary), Field("value", .varbinary)]
        var values: [Value] = [.bytes([UInt8](input.take(nameBytes).rest))]
        if isShredded {
            let element = SQLType.structure([Field("value", .varbinary)])
            let part = SQLType.structure([Field("value", .varbinary), Field("typed_value", .list(element))])
            fields.append(Field("typed_value", .structure([Field("a", part), Field("b", part)])))
            let parts = partBytes.map { count -> Value in
                let bytes = Value.bytes([UInt8](input.take(count).rest))
                return .structure(count % 3 == 0 ? [.null, .null] : count % 3 == 1 ? [bytes, .null] : [.null, .list([.structure([bytes])])])
            }
            let rest = [UInt8](input.rest)
            values += [rest.isEmpty ? .null : .bytes(rest), .structure(parts)]
        } else {
            values.append(.bytes([UInt8](input.rest)))
        }
        do {
            let column = try VariantColumn.json(try Column.make(.structure(fields), [.structure(values)]))
            try ColumnRules.check(column)
            let isValid = column.lanes(as: StringView.self)[0].withBytes { JSONCursor.isValid($0) }
            try require(isValid, "a variant is JSON: \(column.value(at: 0))")
        } catch let error as SQLError {
            try clean(error)
        }
    }
}
