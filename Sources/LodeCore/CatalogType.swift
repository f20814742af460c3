/// PostgreSQL's types of its catalogs: numbers of objects, names, vectors.

/// A type with a meaning and a number of its own, whose values are otherwise those of another type, its `base`.
///
/// Values lie in memory, hash and compare as those of the base: an `oid` is a `bigint` from 0 to 4294967295, a `name` is a
/// `varchar`. Where a function or an operator does not ask for the type itself, the argument becomes one of the base at no cost, so
/// that a name works wherever text does, and an oid wherever an integer does. What differs is what a client is told (the type's
/// number, and the bytes of a value in binary), how a value is written, and how text is read:
///
///     oid, xid            number                                   '16390'
///     reg…                number of an object, written as its name  'main.orders' (looked up along the search path), '16390', '-'
///     name, "char"        text of up to 63 bytes, text of one byte
///     int2vector, …       numbers with blanks between, counted from 0
///
/// Tables don't keep these types: a column that is made from one has its base.
/// - Source: PostgreSQL, "Object Identifier Types" and "Character Types".
package enum CatalogType: String, Hashable, Sendable, CaseIterable {
    case oid, xid
    case regclass, regtype, regproc, regnamespace, regrole
    case name
    case char = "\"char\""
    case nodeTree = "pg_node_tree"
    case aclItem = "aclitem"
    case smallintVector = "int2vector"
    case oidVector = "oidvector"

    package var base: SQLType {
        switch self {
        case .oid, .xid, .regclass, .regtype, .regproc, .regnamespace, .regrole: .bigint
        case .name, .char, .nodeTree, .aclItem: .varchar
        case .smallintVector: .list(.smallint)
        case .oidVector: .list(.catalog(.oid))
        }
    }

    /// Whether values are numbers of objects.
    package var isNumber: Bool { base == .bigint }

    /// Whether values are written as names of objects, which the catalog knows.
    package var isReference: Bool {
        switch self {
        case .regclass, .regtype, .regproc, .regnamespace, .regrole: true
        default: false
        }
    }

    package var isVector: Bool { self == .smallintVector || self == .oidVector }

    /// The bytes that a text may have; longer ones are cut.
    package var maximumBytes: Int? {
        switch self {
        case .name: 63
        case .char: 1
        default: nil
        }
    }
}

extension SQLType {
    /// The type whose values these are in memory: of catalog types, their base.
    package var base: SQLType { if case .catalog(let type) = self { type.base } else { self } }

    /// The type without catalog types in it: what a table can keep.
    package var stored: SQLType {
        switch self {
        case .catalog(let type): type.base.stored
        case .list(let element): .list(element.stored)
        case .map(let key, let value): .map(key: key.stored, value: value.stored)
        case .structure(let fields): .structure(fields.map { Field($0.name, $0.type.stored, nullable: $0.nullable) })
        default: self
        }
    }
}
