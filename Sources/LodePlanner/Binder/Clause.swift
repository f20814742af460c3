/// The clauses of a SELECT, and which kinds of calls each of them allows.

/// Where an expression stands.
enum Clause: String {
    case select = "SELECT"
    case from = "FROM"
    case joinOn = "JOIN conditions"
    case `where` = "WHERE"
    case groupBy = "GROUP BY"
    case having = "HAVING"
    case qualify = "QUALIFY"
    case orderBy = "ORDER BY"
    case distinctOn = "DISTINCT ON"
    case limit = "LIMIT"
    case values = "VALUES"
    case aggregateArgument = "aggregate arguments"
    case filter = "FILTER"
    case windowDefinition = "window definitions"
    case update = "UPDATE"
    case mergeWhen = "MERGE WHEN conditions"
    case mergeInsert = "MERGE INSERT"
    case returning = "RETURNING"
    /// Outside of any query.
    case scalar = "this expression"

    var allowsAggregates: Bool {
        switch self {
        case .select, .having, .qualify, .orderBy, .distinctOn, .windowDefinition: true
        default: false
        }
    }

    var allowsWindows: Bool {
        switch self {
        case .select, .qualify, .orderBy, .distinctOn: true
        default: false
        }
    }

    /// Whether a call may give several rows for one.
    var allowsRows: Bool {
        switch self {
        case .select, .groupBy, .orderBy, .distinctOn: true
        default: false
        }
    }

    /// Whether a name that is no column may be the alias of a select item.
    var seesAliases: Bool {
        switch self {
        case .from, .joinOn, .limit, .values, .scalar: false
        default: true
        }
    }
}
