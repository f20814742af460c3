/// What `information_schema` says of the type of a column, an element or a domain.

import LodeCatalog
import LodeCore

struct TypeFacts {
    private let wire: WireType
    private let type: TypeObject?
    /// What a catalog calls a type that is not known.
    private let unknown: String?

    init(_ wire: WireType, unknown: String? = nil) {
        self.unknown = unknown
        self.wire = unknown == nil ? wire : WireType(id: 0, size: -1)
        type = unknown == nil ? TypeRows.type(Int64(wire.id)) : nil
    }

    private var isArray: Bool { type?.category == "A" && type?.name.hasPrefix("_") == true }

    var dataType: Value {
        if let unknown { return .text(unknown) }
        if isArray { return .text("ARRAY") }
        return .text(TypeNames.text(Int64(wire.id)) ?? "USER-DEFINED")
    }

    /// The longest text in characters and bytes.
    var lengths: [Value] {
        switch wire.id {
        case ObjectID.varchar, ObjectID.bpchar:
            if wire.modifier < 4 { return [.null, .number(1 << 30)] }
            return [.number(wire.modifier - 4), .number(Int64(wire.modifier - 4) * 4)]
        case ObjectID.text: return [.null, .number(1 << 30)]
        default: return [.null, .null]
        }
    }

    /// Precision, radix and scale.
    var numeric: [Value] {
        switch wire.id {
        case ObjectID.int2: return [.number(16), .number(2), .zero]
        case ObjectID.int4: return [.number(32), .number(2), .zero]
        case ObjectID.int8: return [.number(64), .number(2), .zero]
        case ObjectID.float4: return [.number(24), .number(2), .null]
        case ObjectID.float8: return [.number(53), .number(2), .null]
        case ObjectID.numeric:
            let bounds = wire.modifier - 4
            return bounds < 0 ? [.null, .number(10), .null] : [.number(bounds >> 16), .number(10), .number(bounds & 0x7ff)]
        default: return [.null, .null, .null]
        }
    }

    /// Digits of a second.
    var secondDigits: Value {
        switch wire.id {
        case ObjectID.date: .zero
        case ObjectID.time, ObjectID.timestamp, ObjectID.timestamptz, ObjectID.interval: .number(6)
        default: .null
        }
    }

    /// Catalog, schema and name of the collation, where it is not the default one.
    var collation: [Value] {
        wire.id == ObjectID.name ? [.text(Engine.catalogName), .text("pg_catalog"), .text("C")] : [.null, .null, .null]
    }

    /// Catalog, schema and name of the type.
    var path: [Value] {
        let schema = type?.schema == ObjectNumbers.informationSchema ? "information_schema" : "pg_catalog"
        return [.text(Engine.catalogName), .text(schema), .text(unknown ?? type?.name ?? "record")]
    }

    /// `element_types` and `domains` have these in the same order.
    var described: [Value] {
        [dataType] + lengths + [.null, .null, .null] + collation + numeric + [secondDigits, .null, .null, .null] + path
            + [.null, .null, .null, .null]
    }
}
