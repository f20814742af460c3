/// Types as statements write them, by the words of `TypeWords`.

import LodeCore
import LodeSyntax

package enum TypeBinder {
    /// The type that a written type stands for.
    /// - Throws: `42704` for an unknown name, `22023` for arguments out of range, `0A000` for types that Lode lacks.
    /// - Parameter roundsTimes: whether the caller minds `limit` of a time.
    package static func type(_ name: TypeName, roundsTimes: Bool = false) throws(SQLError) -> SQLType {
        switch name.kind {
        case .named(let words, let arguments): return try named(words, arguments, name.span, roundsTimes)
        case .list(let element, _): return .list(try type(element))
        case .map(let key, let value): return .map(key: try type(key), value: try type(value))
        case .structure(let fields):
            var members: [Field] = []
            for (index, field) in fields.enumerated() {
                members.append(Field(field.name?.text ?? "field\(index + 1)", try type(field.type)))
            }
            return .structure(members)
        }
    }

    /// The type of a column, and the n of `varchar(n)`.
    /// - Throws: `0A000` where a length or precision could not be kept to.
    package static func columnType(_ name: TypeName) throws(SQLError) -> (type: SQLType, maximumLength: Int?) {
        let type = try type(name)
        guard case .named = name.kind else {
            try refuseLimits(within: name)
            return (type, nil)
        }
        return (type, type == .varchar ? name.limit : nil)
    }

    /// What a written type is to a client where it says more than the type that it stands for: `varchar` is not `text` there.
    static func described(_ name: TypeName) -> CatalogColumn? {
        guard case .named(let words, _) = name.kind, ["varchar", "character varying"].contains(words.last.text.lowercased()) else {
            return nil
        }
        let type = WireType(.varchar, maximumLength: name.limit)
        let written = name.limit == nil ? WireType(id: ObjectID.varchar, size: -1) : type
        return CatalogColumn(table: 0, attribute: 0, type: written, maximumLength: name.limit)
    }

    private static func refuseLimits(within name: TypeName) throws(SQLError) {
        switch name.kind {
        case .named:
            let type = try type(name)
            if type == .varchar, let limit = name.limit {
                throw .unsupported("varchar(\(limit)) inside of another type", at: name.span, hint: "Write varchar without a length.")
            }
        case .list(let element, _): try refuseLimits(within: element)
        case .map(let key, let value):
            try refuseLimits(within: key)
            try refuseLimits(within: value)
        case .structure(let fields):
            for field in fields {
                if field.comment != nil { throw .unsupported("a COMMENT inside of a type", at: name.span, hint: "Comment on the column.") }
                try refuseLimits(within: field.type)
            }
        }
    }

    private static func named(_ name: QualifiedName, _ arguments: [TypeArgument], _ span: SourceSpan, _ roundsTimes: Bool)
        throws(SQLError) -> SQLType
    {
        do throws(SQLError) {
            let numbers = try arguments.map { (argument) throws(SQLError) -> Int in
                if case .number(let number) = argument { return number }
                throw SQLError(.syntaxError, "type \"\(name.last.text)\" takes numbers in parentheses")
            }
            // "char" in quotes is not char.
            let word = name.last.text.lowercased(), isQuoted = name.last.isQuoted && word == "char"
            return try TypeWords.type(isQuoted ? CatalogType.char.rawValue : word, numbers, roundsTimes: roundsTimes)
        } catch {
            throw error.at(span)
        }
    }
}

extension TypeName {
    /// The length or precision in parentheses: 10 of `varchar(10)`, 3 of `timestamp(3)`.
    var limit: Int? {
        guard case .named(_, let arguments) = kind, case .number(let number)? = arguments.first else { return nil }
        return number
    }
}
