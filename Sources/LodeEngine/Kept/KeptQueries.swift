/// The queries that a session asks again and again.

import LodeCore

/// By text and parameter types. A query that comes for the second time in the same generation of the catalog is worth keeping.
struct KeptQueries {
    struct Key: Hashable {
        var text: String
        var types: [SQLType]
    }

    private enum Entry {
        case seen(generation: Int64)
        case kept(KeptQuery)
        case refused(generation: Int64)
    }

    private static let limit = 256
    private var entries: [Key: Entry] = [:]

    var isEmpty: Bool { entries.isEmpty }
    /// Whether there is something to be found.
    private(set) var hasKept = false

    /// The query, if it is kept.
    func query(_ key: Key, _ generation: Int64) -> KeptQuery? {
        if case .kept(let query) = entries[key], query.generation == generation { query } else { nil }
    }

    /// The query, if it is kept, or can be made one now: `make` gives nil for one that can't.
    mutating func query(_ key: Key, _ generation: Int64, make: () -> KeptQuery?) -> KeptQuery? {
        switch entries[key] {
        case .kept(let query) where query.generation == generation: return query
        case .refused(generation): return nil
        case .seen(generation):
            let made = make()
            entries[key] = made.map { .kept($0) } ?? .refused(generation: generation)
            if made != nil { hasKept = true }
            return made
        default:
            if entries.count >= Self.limit { self = KeptQueries() }
            entries[key] = .seen(generation: generation)
            return nil
        }
    }
}
