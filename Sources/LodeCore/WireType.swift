/// What PostgreSQL calls the types: numbers in pg_type, sizes and modifiers.

/// A type as RowDescription names it.
package struct WireType: Hashable, Sendable {
    package var id: UInt32
    /// Bytes of a value in memory; -1 where they vary.
    package var size: Int16
    /// Precision and scale, or length; -1 without.
    package var modifier: Int32 = -1

    package init(id: UInt32, size: Int16, modifier: Int32 = -1) {
        self.id = id
        self.size = size
        self.modifier = modifier
    }

    /// - Source: PostgreSQL, src/include/catalog/pg_type.dat; the modifier of numeric from `make_numeric_typmod`.
    package init(_ type: SQLType) {
        switch type {
        case .boolean: self.init(id: ObjectID.boolean, size: 1)
        case .tinyint, .smallint: self.init(id: ObjectID.int2, size: 2)
        case .integer: self.init(id: ObjectID.int4, size: 4)
        case .bigint: self.init(id: ObjectID.int8, size: 8)
        case .real: self.init(id: ObjectID.float4, size: 4)
        case .double: self.init(id: ObjectID.float8, size: 8)
        case .decimal(let precision, let scale):
            // The widest decimal is what sums and products give: numeric without bounds.
            let modifier = precision >= Decimal128.maximumPrecision ? -1 : Int32(precision << 16 | scale) + 4
            self.init(id: ObjectID.numeric, size: -1, modifier: modifier)
        // PostgreSQL has no nanoseconds; as text they keep their digits.
        case .null, .varchar, .timestampNanos, .timestamptzNanos: self.init(id: ObjectID.text, size: -1)
        case .char(let count): self.init(id: ObjectID.bpchar, size: -1, modifier: Int32(clamping: count) &+ 4)
        case .varbinary: self.init(id: ObjectID.bytea, size: -1)
        case .date: self.init(id: ObjectID.date, size: 4)
        case .time: self.init(id: ObjectID.time, size: 8)
        case .timestamp: self.init(id: ObjectID.timestamp, size: 8)
        case .timestamptz: self.init(id: ObjectID.timestamptz, size: 8)
        case .interval: self.init(id: ObjectID.interval, size: 16)
        case .uuid: self.init(id: ObjectID.uuid, size: 16)
        case .json, .map: self.init(id: ObjectID.json, size: -1)
        case .list(let element): self.init(id: ObjectID.array(of: WireType(Self.innermost(element)).id), size: -1)
        case .structure: self.init(id: ObjectID.record, size: -1)
        case .catalog(let type): self.init(type)
        }
    }

    /// The type of a column, which may be a varchar of at most so many characters.
    package init(_ type: SQLType, maximumLength: Int?) {
        self.init(type)
        guard type == .varchar, let maximumLength else { return }
        self.init(id: ObjectID.varchar, size: -1, modifier: Int32(clamping: maximumLength) &+ 4)
    }

    private init(_ type: CatalogType) {
        switch type {
        case .oid: self.init(id: ObjectID.oid, size: 4)
        case .xid: self.init(id: ObjectID.xid, size: 4)
        case .regclass: self.init(id: ObjectID.regclass, size: 4)
        case .regtype: self.init(id: ObjectID.regtype, size: 4)
        case .regproc: self.init(id: ObjectID.regproc, size: 4)
        case .regnamespace: self.init(id: ObjectID.regnamespace, size: 4)
        case .regrole: self.init(id: ObjectID.regrole, size: 4)
        case .name: self.init(id: ObjectID.name, size: 64)
        case .char: self.init(id: ObjectID.char, size: 1)
        case .nodeTree: self.init(id: ObjectID.nodeTree, size: -1)
        case .aclItem: self.init(id: ObjectID.aclItem, size: 12)
        case .smallintVector: self.init(id: ObjectID.int2vector, size: -1)
        case .oidVector: self.init(id: ObjectID.oidvector, size: -1)
        }
    }

    /// PostgreSQL's arrays of arrays are arrays of several dimensions, of the same type.
    private static func innermost(_ type: SQLType) -> SQLType {
        if case .list(let element) = type { innermost(element) } else { type }
    }

    private static let catalogTypes = Dictionary(uniqueKeysWithValues: CatalogType.allCases.map { (WireType($0).id, $0) })

    /// The type that parameters of a number have; nil for numbers that are not known.
    package static func type(ofParameter id: UInt32) -> SQLType? {
        switch id {
        case ObjectID.boolean: .boolean
        case ObjectID.int2: .smallint
        case ObjectID.int4, ObjectID.cid: .integer
        case ObjectID.int8: .bigint
        case ObjectID.float4: .real
        case ObjectID.float8, ObjectID.money: .double
        case ObjectID.numeric: .decimal(precision: 38, scale: 9)
        case ObjectID.text, ObjectID.varchar, ObjectID.bpchar, ObjectID.xml, ObjectID.cstring: .varchar
        case ObjectID.bytea: .varbinary
        case ObjectID.date: .date
        case ObjectID.time, ObjectID.timetz: .time
        case ObjectID.timestamp: .timestamp
        case ObjectID.timestamptz: .timestamptz
        case ObjectID.interval: .interval
        case ObjectID.uuid: .uuid
        case ObjectID.json, ObjectID.jsonb: .json
        case _ where catalogTypes[id] != nil: catalogTypes[id].map { .catalog($0) }
        default: ObjectID.element(of: id).flatMap { type(ofParameter: $0) }.map { .list($0) }
        }
    }
}
