/// The keywords and signs that the transform asks for by name.

/// A token that is kept in the tree for what it says. A test holds these names against the grammar.
enum Word: String, CaseIterable {
    /// A keyword or sign that the transform does not ask for.
    case other = ""
    /// Not a keyword or sign at all.
    case absent = "absent"
    case all, analyze, anti, asof, bit, both, branch, by, cascade, collection, column, committed, current, days, delete, desc, distinct
    case drop, dry, escaped, except, extended, external, `false`, fields, first, `for`, formatted, from, full, glob, group, hours, ignore
    case ilike, intersect, isnull, lateral, leading, left, lines, local, map, materialized, name, no, not, notnull, null, nulls, on
    case ordinality, overwrite, pattern, percent, persistent
    case preceding, primary, purge, range, recursive, refresh, repeatable, right, rows, semi, serializable, session, similar
    case source, stdin, symmetric, table, temp, temporary, ties, time, timestamp, to, trailing, `true`, unbounded, uncommitted,
        union
    case unique, values, varying, verbose, view, views, with
    case always, increment, start, virtual
    case absolute, relative, forward, backward, next, prior, last, scroll, plans, sequences, binary, quote, user, only, write
    case admin, schema, serdeproperties, tag, tags, currentUser = "current_user", currentRole = "current_role", sessionUser = "session_user"
    case grantWord = "grant", none
    case tryCast = "try_cast", systemTime = "system_time", bracket = "[", equals = "="
    case star = "*", minus = "-", question = "?", percentSign = "%"
}
