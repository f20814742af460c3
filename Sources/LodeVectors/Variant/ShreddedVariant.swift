/// Variants of which a part lies in columns of its own.

import LodeCore

/// A `value` and a `typed_value`, which together are one variant, or one field or element of it.
///
///     value      typed_value
///     NULL       NULL           missing
///     a variant  NULL           that variant
///     NULL       a value        that value
///     an object  an object      the fields of both
///
/// - Source: Parquet format, VariantShredding.md, "Value Shredding", "Reconstructing a Shredded Variant".
final class ShreddedVariant {
    private enum Typed {
        case scalar(ValueJSON)
        case binary
        case list(ShreddedVariant)
        /// In the order of their names.
        case object([Member])
    }

    private struct Member {
        let name: [UInt8]
        /// The group, which is NULL in files whose fields are optional: then the field is missing.
        let group: Column
        let variant: ShreddedVariant
    }

    private let value: Column?
    private let column: Column?
    private let typed: Typed?

    /// - Parameter group: a struct with the fields `value` and `typed_value`, or one of them.
    /// - Throws: `XX001` for a struct without them, `0A000` for a type that variants have not.
    init(_ group: Column) throws(SQLError) {
        value = try Self.child("value", of: group)
        column = try Self.child("typed_value", of: group)
        if let value, value.type != .varbinary { throw .damagedVariant("its values are of the type \(value.type)") }
        if value == nil, column == nil { throw .damagedVariant("a part has no value and no typed_value") }
        typed = try column.map { (column) throws(SQLError) in try Self.typed(column) }
    }

    static func child(_ name: String, of group: Column) throws(SQLError) -> Column? {
        guard case .structure(let fields) = group.type, let place = fields.firstIndex(where: { $0.name == name }) else { return nil }
        return try group.children[place].flattened()
    }

    private static func typed(_ column: Column) throws(SQLError) -> Typed {
        switch column.type {
        case .varbinary: return .binary
        case .list: return .list(try ShreddedVariant(try column.children[0].flattened()))
        case .structure(let fields):
            var members: [Member] = []
            for (field, child) in zip(fields, column.children) {
                let group = try child.flattened()
                members.append(Member(name: Array(field.name.utf8), group: group, variant: try ShreddedVariant(group)))
            }
            return .object(members.sorted { $0.name.lexicographicallyPrecedes($1.name) })
        case .boolean, .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal, .varchar, .date, .time, .timestamp, .timestamptz,
            .timestampNanos, .timestamptzNanos, .uuid:
            return .scalar(ValueJSON(column))
        case .null, .char, .interval, .json, .catalog, .map: throw SQLError.unsupported("a variant with parts of the type \(column.type)")
        }
    }

    /// Appends the JSON of a row.
    /// - Returns: false if it is missing.
    func append(_ row: Int, to text: VariantText, depth: Int) throws(SQLError) -> Bool {
        let hasValue = value.map { !$0.isNull(row) } ?? false
        guard let column, let typed, !column.isNull(row) else {
            if hasValue { try appendValue(row, to: text, depth) }
            return hasValue
        }
        if case .object(let members) = typed {
            try VariantText.check(depth)
            try text.sink.append("{")
            try appendFields(row, members, withValue: hasValue, to: text, depth)
            try text.sink.append("}")
            return true
        }
        if hasValue { throw .damagedVariant("a value that is no object is there twice") }
        switch typed {
        case .scalar(let json):
            try json.append(row, to: text.sink)
            try text.checkSize()
        case .binary:
            let view = column.lanes(as: StringView.self)[row]
            try view.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in try text.binary(bytes) })
        case .list(let element):
            try VariantText.check(depth)
            let range = column.lanes(as: ListRange.self)[row]
            try text.sink.append("[")
            for index in 0..<Int(range.count) {
                if index > 0 { try text.sink.append(",") }
                // Elements cannot be missing: one that says nothing is null.
                if try !element.append(Int(range.offset) + index, to: text, depth: depth + 1) { try text.sink.append("null") }
                try text.checkSize()
            }
            try text.sink.append("]")
        case .object: break
        }
        return true
    }

    private func withValue(
        _ row: Int, _ body: (_ bytes: UnsafeRawBufferPointer) throws(SQLError) -> Void
    ) throws(SQLError) {
        guard let value else { return }
        try value.lanes(as: StringView.self)[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
            try body(bytes)
        })
    }

    private func appendValue(_ row: Int, to text: VariantText, _ depth: Int) throws(SQLError) {
        try withValue(row) { (bytes) throws(SQLError) in _ = try text.append(bytes, depth: depth) }
    }

    // MARK: Objects

    /// The fields that have columns, and those of the value, by their names.
    private func appendFields(
        _ row: Int, _ members: [Member], withValue hasValue: Bool, to text: VariantText, _ depth: Int
    ) throws(SQLError) {
        var next = 0, isFirst = true
        /// The members before a name, or all that are left.
        func appendMembers(before name: UnsafeRawBufferPointer?) throws(SQLError) {
            while next < members.count {
                let member = members[next]
                let order = name.map { name in member.name.withUnsafeBytes { compareNames($0, name) } } ?? -1
                if order >= 0 { return }
                next += 1
                isFirst = try !append(member, row, to: text, isFirst: isFirst, depth) && isFirst
            }
        }
        if hasValue {
            try withValue(row) { (bytes) throws(SQLError) in
                guard try bytes.variantNumber(0, size: 1) & 3 == VariantContainer.object else {
                    throw .damagedVariant("a value that is no object has fields in columns")
                }
                try text.eachField(try VariantContainer(bytes)) { (name, value, _) throws(SQLError) in
                    try appendMembers(before: name)
                    if Self.holds(members, name) { throw .damagedVariant("a field that has a column is in the value, too") }
                    try text.append(name: name, isFirst: isFirst)
                    isFirst = false
                    return try text.append(value, depth: depth + 1)
                }
            }
        }
        try appendMembers(before: nil)
    }

    /// - Returns: false if the field is missing.
    private func append(_ member: Member, _ row: Int, to text: VariantText, isFirst: Bool, _ depth: Int) throws(SQLError) -> Bool {
        if member.group.isNull(row) { return false }
        let start = text.sink.count
        var failure: SQLError?
        member.name.withUnsafeBytes { name in
            do throws(SQLError) { try text.append(name: name, isFirst: isFirst) } catch { failure = error }
        }
        if let failure { throw failure }
        if try member.variant.append(row, to: text, depth: depth + 1) { return true }
        text.sink.truncate(to: start)
        return false
    }

    /// Whether one of the members, which are sorted, has a name.
    private static func holds(_ members: [Member], _ name: UnsafeRawBufferPointer) -> Bool {
        var low = 0, high = members.count
        while low < high {
            let middle = (low + high) / 2
            let order = members[middle].name.withUnsafeBytes { compareNames($0, name) }
            if order == 0 { return true }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return false
    }
}
