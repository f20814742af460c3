/// The driver of strict functions: NULLs, constants and dictionaries are settled here, once for all.

import LodeCore
import LodeVectors

/// Computes the lanes of one chunk.
typealias StrictBody = @Sendable (_ call: StrictCall) throws(SQLError) -> Column

enum StrictKernel {
    /// A kernel around `body`:
    ///
    /// - a NULL constant makes the chunk NULL;
    /// - if all arguments are constants, one row is computed;
    /// - if one is a dictionary and the others are constants, its values are computed, once per dictionary, when that is not more
    ///   work than the rows are (a value that fails sends the chunk the plain way, for no row may use it);
    /// - else dictionaries are flattened.
    static func make(_ returns: SQLType, _ body: @escaping StrictBody) -> ScalarKernel {
        let memo = DictionaryMemo()
        return { arguments, count, context throws(SQLError) in
            var dictionaries = 0, flats = 0, coded = 0
            var index = 0
            while index < arguments.count {
                let argument = arguments[index]
                if argument.isAllNull { return try .null(returns, count: count) }
                switch argument.layout {
                case .flat: flats += 1
                case .dictionary:
                    dictionaries += 1
                    coded = index
                case .constant: break
                }
                index += 1
            }
            if flats == 0, dictionaries == 0 {
                let one = StrictCall(arguments: arguments, count: 1, validity: nil, context: context)
                return Column(repeating: try body(one), count: count)
            }
            if flats == 0, dictionaries == 1,
                let column = try onDictionary(arguments, coded, count, context, memo, body)
            {
                return column
            }
            return try onRows(arguments, count, context, body)
        }
    }

    private static func onRows(
        _ arguments: [Column], _ count: Int, _ context: FunctionContext, _ body: StrictBody
    ) throws(SQLError) -> Column {
        var flat = arguments
        var validity: Buffer?
        var index = 0
        while index < arguments.count {
            if arguments[index].layout == .dictionary { flat[index] = try arguments[index].flattened() }
            validity = try Validity.and(validity, arguments[index].rowValidity, count)
            index += 1
        }
        let result = try body(StrictCall(arguments: flat, count: count, validity: validity, context: context))
        guard let validity else { return result }
        // A constant's mask has one bit, a chunk's one per row.
        let rows = result.layout == .constant ? try result.flattened() : result
        return rows.replacing(validity: try Validity.and(rows.validityBuffer, validity, count))
    }

    private static func onDictionary(
        _ arguments: [Column], _ coded: Int, _ count: Int, _ context: FunctionContext, _ memo: DictionaryMemo, _ body: StrictBody
    ) throws(SQLError) -> Column? {
        let column = arguments[coded]
        guard let dictionary = column.dictionary else { return nil }
        let values: Column
        if let known = memo.find(dictionary, arguments, coded) {
            values = known
        } else {
            guard dictionary.count <= max(count * 4, 64) else { return nil }
            var flat = arguments
            flat[coded] = dictionary
            let call = StrictCall(arguments: flat, count: dictionary.count, validity: nil, context: context)
            do throws(SQLError) { values = try body(call) } catch { return nil }
            memo.keep(dictionary, arguments, coded, values)
        }
        if values.validityBuffer == nil, !values.type.isNested { return column.replacing(dictionary: values) }
        // A dictionary holds no NULLs: those that the function made need lanes.
        let rows = try Selection(capacity: count)
        let codes = column.lanes(as: Int32.self), numbers = rows.lanes
        var i = 0
        while i < count {
            numbers[i] = UInt32(bitPattern: codes[i])
            i &+= 1
        }
        rows.count = count
        let result = try values.gather(rows)
        return result.replacing(validity: try Validity.and(result.validityBuffer, column.validityBuffer, count))
    }
}
