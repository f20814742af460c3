/// The SQL types that a column can have.

/// A logical type. How its values lie in memory is `PhysicalType`'s business (module LodeVectors).
package indirect enum SQLType: Hashable, Sendable {
    /// The type of a bare NULL before anything gave it a type.
    case null
    case boolean
    case tinyint, smallint, integer, bigint
    case real, double
    /// `precision` 1...38, `scale` 0...precision.
    case decimal(precision: Int, scale: Int)
    case varchar
    /// Blank-padded text of a fixed number of characters.
    case char(Int)
    case varbinary
    case date
    /// Microseconds since midnight.
    case time
    /// Microseconds since 1970-01-01 without a zone.
    case timestamp
    /// Microseconds since 1970-01-01 UTC, shown in the session's zone.
    case timestamptz
    /// The same in nanoseconds, for what files hold: the years 1677 to 2262.
    case timestampNanos, timestamptzNanos
    case interval
    case uuid
    case json
    /// A type of PostgreSQL's catalogs, such as `oid` and `name`.
    case catalog(CatalogType)
    case list(SQLType)
    case structure([Field])
    case map(key: SQLType, value: SQLType)

    package var isInteger: Bool {
        switch self {
        case .tinyint, .smallint, .integer, .bigint: true
        default: false
        }
    }

    package var isDecimal: Bool { if case .decimal = self { true } else { false } }
    package var isNumeric: Bool { isInteger || isDecimal || self == .real || self == .double }

    /// Whether values are stored and compared as UTF-8 text.
    package var isText: Bool {
        switch self {
        case .varchar, .char, .json: true
        case .catalog(let type): type.base == .varchar
        default: false
        }
    }

    package var isNested: Bool {
        switch self {
        case .list, .structure, .map: true
        case .catalog(let type): type.isVector
        default: false
        }
    }

    /// Whether it is, or has within it, the type of what nothing gave a type yet, as that of `[]` has.
    package var isLoose: Bool {
        switch self {
        case .null: true
        case .list(let element): element.isLoose
        case .map(let key, let value): key.isLoose || value.isLoose
        case .structure(let fields): fields.contains { $0.type.isLoose }
        default: false
        }
    }

    /// With text for what nothing gave a type.
    package var settled: SQLType {
        switch self {
        case .null: .varchar
        case .list(let element): .list(element.settled)
        case .map(let key, let value): .map(key: key.settled, value: value.settled)
        case .structure(let fields):
            .structure(fields.map { field in
                var field = field
                field.type = field.type.settled
                return field
            })
        default: self
        }
    }

    package var isTemporal: Bool {
        switch self {
        case .date, .time, .timestamp, .timestamptz, .timestampNanos, .timestamptzNanos: true
        default: false
        }
    }

    /// Whether values are dates or timestamps: points of the calendar.
    package var isCalendar: Bool { isTemporal && self != .time }

    package var isTimestamp: Bool { isCalendar && self != .date }

    /// Of timestamps: whether values are instants, which are shown in the session's zone.
    package var isZoned: Bool { self == .timestamptz || self == .timestamptzNanos }

    /// Of timestamps in microseconds: the type in nanoseconds.
    package var inNanos: SQLType? {
        switch self {
        case .timestamp: .timestampNanos
        case .timestamptz: .timestamptzNanos
        default: nil
        }
    }

    /// Of timestamps in nanoseconds: the type in microseconds.
    package var inMicros: SQLType? {
        switch self {
        case .timestampNanos: .timestamp
        case .timestamptzNanos: .timestamptz
        default: nil
        }
    }
}

/// A named, typed member of a row or a struct.
package struct Field: Hashable, Sendable {
    package var name: String
    package var type: SQLType
    /// Whether NULL may occur. False is a promise; true is not.
    package var nullable: Bool
    /// Of a column of a result: the column that it shows.
    package var origin: CatalogColumn?

    package init(_ name: String, _ type: SQLType, nullable: Bool = true) {
        self.name = name
        self.type = type
        self.nullable = nullable
    }
}

/// The columns of a table or a result, in order.
package struct Schema: Hashable, Sendable {
    package var fields: [Field]

    package init(_ fields: [Field]) { self.fields = fields }

    package var count: Int { fields.count }

    /// The position of the column that is called `name`, without regard to case.
    package func index(of name: String) -> Int? {
        if let exact = fields.firstIndex(where: { $0.name == name }) { return exact }
        let folded = name.lowercased()
        return fields.firstIndex { $0.name.lowercased() == folded }
    }
}
