/// Casts from and to PostgreSQL's catalog types: to their bases and back, and between numbers of objects and names.

import LodeCore
import LodeVectors

extension Casts {
    /// Whether a cast asks the catalog: what it gives may differ from session to session, and from one moment to the next.
    package static func asksCatalog(from: SQLType, to: SQLType) -> Bool {
        switch (from, to) {
        case (.catalog(let type), _) where to.isText: type.isReference
        case (_, .catalog(let type)) where from.isText: type.isReference
        case (.list(let a), .list(let b)): asksCatalog(from: a, to: b)
        default: false
        }
    }

    /// Nil if neither is a catalog type. A catalog type becomes its base and what that becomes; of the others only numbers become
    /// numbers of objects.
    static func catalogCost(_ from: SQLType, _ to: SQLType) -> Int?? {
        switch (from, to) {
        case (.catalog(let a), .catalog(let b)):
            if a.isNumber, b.isNumber { return b == .oid ? 1 : a == .oid ? 2 : .some(nil) }
            return a.base == .varchar && b.base == .varchar ? 2 : .some(nil)
        case (.catalog(let a), _): return implicitCost(from: a.base, to: to).map { $0 + 1 }
        case (_, .catalog(let b)): return b.isNumber && from.isInteger ? 2 : .some(nil)
        default: return nil
        }
    }

    /// Nil if neither is a catalog type.
    ///
    /// As in PostgreSQL, integers beside an oid become oids, and a name beside text becomes text.
    static func commonCatalogType(_ a: SQLType, _ b: SQLType) -> SQLType?? {
        switch (a, b) {
        case (.catalog(let x), .catalog(let y)): return x.isNumber && y.isNumber ? .catalog(.oid) : commonType(x.base, y.base)
        case (.catalog(let x), let other), (let other, .catalog(let x)):
            return x.isNumber && other.isInteger ? .catalog(.oid) : commonType(x.base, other)
        default: return nil
        }
    }

    /// Nil if neither is a catalog type.
    static func catalogCanFail(_ from: SQLType, _ to: SQLType) -> Bool? {
        switch (from, to) {
        case (.catalog, .varchar): return false
        case (.catalog(let a), .catalog(let b)): return !(a.base == b.base)
        case (.catalog(let a), _): return canFail(from: a.base, to: to)
        case (_, .catalog(let b)): return b.base == .varchar ? canFail(from: from, to: .varchar) : true
        default: return nil
        }
    }

    /// Nil if neither is a catalog type, or if there is no such cast.
    static func catalogKernel(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> ScalarKernel? {
        switch (from, to) {
        case (.catalog(let type), _) where to == .varchar && type.base != .varchar:
            return CastToText.body(from).map { StrictKernel.make(to, $0) }
        case (.catalog(let type), .catalog(let wanted)) where type.isReference && wanted.base == .varchar:
            return chained(from, .varchar, to, isTry)
        case (.catalog(let type), .catalog(let wanted)) where wanted.isNumber && type.isNumber: return retyping(to)
        case (.catalog(let type), _) where type.base == to: return retyping(to)
        case (.catalog(let type), _): return chained(from, retyping(type.base), type.base, to, isTry)
        case (_, .catalog(let type)) where from.isText:
            if type.base == .varchar { return text(from, type, isTry) }
            return StrictKernel.make(to) { call throws(SQLError) in try objects(call, type, isTry) }
        case (.bigint, .catalog(let type)) where type.isNumber:
            return StrictKernel.make(to) { call throws(SQLError) in try numbers(call, to, isTry) }
        case (_, .catalog(let type)) where type.isVector:
            if from == type.base { return retyping(to) }
            guard let cast = kernel(from: from, to: type.base, isTry: isTry) else { return nil }
            return { arguments, count, context throws(SQLError) in try cast(arguments, count, context).retyped(to) }
        case (_, .catalog(let type)): return chained(from, type.base, to, isTry)
        default: return nil
        }
    }

    private static func numbers(_ call: StrictCall, _ to: SQLType, _ isTry: Bool) throws(SQLError) -> Column {
        let source = call.lanes(0, Int64.self)
        return try call.convert(
            Int64(0), to: to, isTry: isTry,
            { (row) throws(SQLError) -> Int64? in UInt32(exactly: source[row]).map { Int64($0) } },
            failure: { _ in SQLError(.numericValueOutOfRange, "OID out of range") })
    }

    private static func retyping(_ to: SQLType) -> ScalarKernel {
        { arguments, _, _ throws(SQLError) in arguments[0].retyped(to) }
    }

    /// By way of another type.
    private static func chained(_ from: SQLType, _ middle: SQLType, _ to: SQLType, _ isTry: Bool) -> ScalarKernel? {
        kernel(from: from, to: middle, isTry: isTry).flatMap { chained(from, $0, middle, to, isTry) }
    }

    private static func chained(
        _ from: SQLType, _ first: @escaping ScalarKernel, _ middle: SQLType, _ to: SQLType, _ isTry: Bool
    ) -> ScalarKernel? {
        guard let second = kernel(from: middle, to: to, isTry: isTry) else { return nil }
        return { arguments, count, context throws(SQLError) in try second([try first(arguments, count, context)], count, context) }
    }

    /// Text of as many bytes as the type may have.
    private static func text(_ from: SQLType, _ type: CatalogType, _ isTry: Bool) -> ScalarKernel? {
        let to = SQLType.catalog(type)
        if from != .varchar { return chained(from, .varchar, to, isTry) }
        guard let limit = type.maximumBytes else { return retyping(to) }
        let cut: StrictBody = { call throws(SQLError) in
            try call.mapPart { (_, bytes) throws(SQLError) in
                if bytes.count <= limit { return 0..<bytes.count }
                var end = limit
                // Not within a character, unless the type holds a byte.
                while limit > 1, end > 0, bytes[end] & 0xc0 == 0x80 { end -= 1 }
                return 0..<end
            }
        }
        let kernel = StrictKernel.make(.varchar, cut)
        return { arguments, count, context throws(SQLError) in try kernel(arguments, count, context).retyped(to) }
    }

    /// Texts as numbers of objects, or as vectors.
    private static func objects(_ call: StrictCall, _ type: CatalogType, _ isTry: Bool) throws(SQLError) -> Column {
        let texts = call.texts(0)
        var values: [Value] = []
        values.reserveCapacity(call.count)
        for row in 0..<call.count {
            guard call.isValid(row) else {
                values.append(.null)
                continue
            }
            let text = texts[row].string
            do throws(SQLError) {
                values.append(try CatalogText.value(text, type, call.context.objects))
            } catch {
                if !isTry { throw error }
                values.append(.null)
            }
        }
        return try Column.make(.catalog(type), values)
    }
}

/// Reading catalog types from text.
package enum CatalogText {
    /// - Throws: `22P02` for what is no number, `22003` for one out of range, `42P01`, `42704`, `42883` or `3F000` for a name that nothing
    ///   has.
    package static func value(_ text: String, _ type: CatalogType, _ objects: ObjectNames) throws(SQLError) -> Value {
        if type.isVector {
            var numbers: [Value] = []
            for part in text.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" }) {
                numbers.append(.integer(type == .oidVector ? try number(String(part), "oid") : try short(String(part))))
            }
            return .list(numbers)
        }
        guard type.isReference else { return .integer(try number(text, type.rawValue)) }
        if text == "-" { return .integer(0) }
        if text.utf8.first.map({ (48...57).contains($0) }) ?? false { return .integer(try number(text, "oid")) }
        guard let found = try objects.number(type, text) else { throw missing(text, type) }
        return .integer(found)
    }

    private static func number(_ text: String, _ type: String) throws(SQLError) -> Int64 {
        let digits = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        guard let number = Int64(String(digits)) else {
            throw SQLError(.invalidTextRepresentation, "invalid input syntax for type \(type): \"\(text)\"")
        }
        if let exact = UInt32(exactly: number) { return Int64(exact) }
        // Negative numbers of 32 bits stand for the upper half, as `strtoul` reads them.
        if let short = Int32(exactly: number) { return Int64(UInt32(bitPattern: short)) }
        throw SQLError(.numericValueOutOfRange, "value \"\(text)\" is out of range for type \(type)")
    }

    private static func short(_ text: String) throws(SQLError) -> Int64 {
        guard let number = Int16(text) else {
            throw SQLError(.invalidTextRepresentation, "invalid input syntax for type smallint: \"\(text)\"")
        }
        return Int64(number)
    }

    private static func missing(_ text: String, _ type: CatalogType) -> SQLError {
        switch type {
        case .regclass: SQLError(.undefinedTable, "relation \"\(text)\" does not exist")
        case .regproc: SQLError(.undefinedFunction, "function \"\(text)\" does not exist")
        case .regnamespace: SQLError(.invalidSchemaName, "schema \"\(text)\" does not exist")
        case .regrole: SQLError(.undefinedObject, "role \"\(text)\" does not exist")
        default: SQLError(.undefinedObject, "type \"\(text)\" does not exist")
        }
    }
}
