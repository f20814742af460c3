/// The keywords and signs that the transform asks for by name.

/// A token that is kept in the tree for what it says. A test holds these names against the grammar.
enum Word: String, CaseIterable {
    case other = ""
    case absent = "absent"
    case all, always, and, analyze, anti, any, array, asc, asof, asymmetric, begin, between, both, by, cast, char, character
    case copy, cross, cube, current, data, delete, desc, distinct, double, escape, except
    case exclude, external, `false`, fetch, first, following, `for`, from, full, glob, group, groups, ilike, ignore, inner
    case inputformat, intersect, into, isnull, last, leading, left, like, local, map, matched, materialized, name, national
    case nchar, next, no, not, notnull, null, nulls, on, others, outer, overwrite, partitioned, percent, preceding, primary
    case range, recursive, rename, replace, respect, restrict, right, row, rows, semi, similar, some, source, stdin, stdout
    case symmetric, systemTime = "system_time", systemVersion = "system_version", table, target, temp, temporary, ties, time
    case timestamp, to, trailing, `true`, tryCast = "try_cast", unbounded, union, unique, unknown, values, varying, version
    case view, views, with, without, zone, nothing, `do`, update, insert, schema, database, cascade, escaped, fields
    case collection, lines, defined, drop, tables, ordinality, lateral, verbose, `if`, exists, bit
    case bracket = "[", equals = "=", star = "*", plus = "+", minus = "-", colon = ":", question = "?", percentSign = "%"
}
