/// The numbers by which table formats know columns whatever their names, and the names that files have for them.

import LodeCore

/// What the option `field_ids` says: nothing, 'auto', or `{column: 1, nested: {__duckdb_field_id: 2, member: 3}}`.
///
/// Members of a list are called `element`, those of a map `key` and `value`.
enum FieldIDs: Sendable {
    case none
    /// Numbers depth first, from 0.
    case automatic
    case named([String: Member])

    struct Member: Sendable {
        var id: Int32?
        /// What the file calls it, if not as its rows do.
        var name: String?
        var members: [String: Member] = [:]
    }

    /// As DuckDB calls the number of a column that has members.
    private static let own = "__duckdb_field_id"
    /// Where a column's name in the file is given.
    package static let fileName = "__lode_file_name"

    init(_ options: FormatOptions, _ schema: Schema) throws(SQLError) {
        switch options.values["field_ids"] {
        case nil: self = .none
        case .value(.text(let text))? where text.string.lowercased() == "auto": self = .automatic
        case .named(let members)?:
            let known = Schema(schema.fields)
            for member in members where known.index(of: member.name) == nil {
                throw SQLError(
                    .undefinedColumn, "column \"\(member.name)\" of option field_ids does not exist",
                    hint: NearestName.find(member.name, among: schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
            }
            let named = try Self.read(members).members
            var seen: Set<Int32> = []
            try Self.check(named, &seen)
            self = .named(named)
        default: throw Self.malformed
        }
    }

    private static var malformed: SQLError {
        SQLError(.invalidParameterValue, "option \"field_ids\" must be 'auto' or of the form {column: 1, …}")
    }

    private static func read(_ members: [FormatOption.NamedOption]) throws(SQLError) -> Member {
        var result = Member()
        for member in members {
            switch member.option {
            case .value(.integer(let number)):
                guard let id = Int32(exactly: number) else { throw malformed }
                if member.name.lowercased() == own { result.id = id } else { result.members[member.name.lowercased()] = Member(id: id) }
            case .value(.text(let name)) where member.name == fileName: result.name = name.string
            case .named(let inner): result.members[member.name.lowercased()] = try read(inner)
            default: throw malformed
            }
        }
        return result
    }

    private static func check(_ members: [String: Member], _ seen: inout Set<Int32>) throws(SQLError) {
        for (name, member) in members {
            if let id = member.id, !seen.insert(id).inserted {
                throw SQLError(.invalidParameterValue, "the field id \(id) of \"\(name)\" is given twice")
            }
            try check(member.members, &seen)
        }
    }

    /// Hands out the ids while a schema is walked depth first.
    struct Cursor {
        private var next: Int32 = 0
        private let isAutomatic: Bool

        init(_ ids: FieldIDs) {
            if case .automatic = ids { isAutomatic = true } else { isAutomatic = false }
        }

        mutating func take(_ member: Member?) -> Int32? {
            guard isAutomatic else { return member?.id }
            next += 1
            return next - 1
        }
    }

    var top: Member? { if case .named(let members) = self { Member(members: members) } else { nil } }
}
