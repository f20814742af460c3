/// One schema for files whose schemas differ.

import LodeCore
import LodeFunctions

/// Columns by name, in the order of first appearance; a column of two types gets the type that holds the values of both, text if
/// nothing else does, and structs the fields of both.
struct SchemaUnion {
    private(set) var fields: [Field] = []
    /// Whether nested types and others become text too: right where types were only guessed from text.
    private let fallsBackToText: Bool
    private var places: [String: Int] = [:]
    /// The file that a column was first met in.
    private var origins: [String] = []
    private var latest: [Field]?

    init(fallsBackToText: Bool) { self.fallsBackToText = fallsBackToText }

    mutating func removeAll() { self = SchemaUnion(fallsBackToText: fallsBackToText) }

    /// - Throws: `42804` if a column has a type that does not go together with the one before; both files are named.
    mutating func add(_ more: [Field], from path: String) throws(SQLError) {
        if more == latest { return }
        let isFirst = latest == nil
        latest = more
        var present: Set<Int> = []
        for field in more {
            let name = field.name.lowercased()
            if let index = places[name] {
                present.insert(index)
                fields[index].type = try united(index, field, path)
                fields[index].nullable = fields[index].nullable || field.nullable
            } else {
                present.insert(fields.count)
                places[name] = fields.count
                origins.append(path)
                // What earlier files lack is NULL in their rows.
                fields.append(isFirst ? field : Field(field.name, field.type, nullable: true))
            }
        }
        for index in fields.indices where !present.contains(index) { fields[index].nullable = true }
    }

    /// Whether every value of a sniffed type can be read as a value of another.
    static func holds(_ sniffed: SQLType, _ wanted: SQLType) -> Bool { (common(wanted, sniffed) ?? .varchar) == wanted }

    private func united(_ index: Int, _ field: Field, _ path: String) throws(SQLError) -> SQLType {
        let type = fields[index].type
        if let common = Self.common(type, field.type) { return common }
        if fallsBackToText { return .varchar }
        throw SQLError(
            .datatypeMismatch, "column \"\(field.name)\" has types that do not go together: \(type) and \(field.type)",
            detail: "It is \(type) in \(origins[index]) and \(field.type) in \(path).",
            hint: "Read the files apart, cast the column, and put the rows together with UNION ALL BY NAME.")
    }

    /// The type that holds the values of both; nil if there is none, since one is nested.
    private static func common(_ left: SQLType, _ right: SQLType) -> SQLType? {
        switch (left, right) {
        case (.structure(let a), .structure(let b)):
            var fields = a
            for index in fields.indices { fields[index].nullable = true }
            for field in b {
                if let index = Schema(fields).index(of: field.name) {
                    guard let type = common(fields[index].type, field.type) else { return nil }
                    fields[index].type = type
                } else {
                    fields.append(Field(field.name, field.type, nullable: true))
                }
            }
            return .structure(fields)
        case (.list(let a), .list(let b)): return common(a, b).map { .list($0) }
        case (.map(let ak, let av), .map(let bk, let bv)):
            guard let key = common(ak, bk), let value = common(av, bv) else { return nil }
            return .map(key: key, value: value)
        case (.time, .interval), (.interval, .time): return .varchar
        default: return Casts.commonType(left, right) ?? (left.isNested || right.isNested ? nil : .varchar)
        }
    }
}
