/// Changes of how a table keeps its rows and its versions: partition fields, branches and tags.

import LodeCore

/// A change of that by which a table is divided. Files that are there stay as they are.
package enum PartitionTermChange: Hashable, Sendable {
    /// A term that goes: by the name of its field, or what it is.
    package enum Old: Hashable, Sendable {
        case named(String)
        case term(PartitionTerm)
    }

    case add(PartitionTerm)
    case drop(Old)
    case replace(Old, PartitionTerm)
    case set([PartitionTerm])

    /// - Throws: `42704` for a term that is not there, `42710` for one that is.
    package func apply(to terms: inout [PartitionTerm]) throws(SQLError) {
        switch self {
        case .add(let term): try Self.insert(term, at: terms.count, &terms)
        case .drop(let old): terms.remove(at: try Self.place(of: old, terms))
        case .replace(let old, let term):
            let place = try Self.place(of: old, terms)
            terms.remove(at: place)
            try Self.insert(term, at: place, &terms)
        case .set(let new): terms = new
        }
    }

    private static func insert(_ term: PartitionTerm, at place: Int, _ terms: inout [PartitionTerm]) throws(SQLError) {
        if terms.contains(where: { $0.name == term.name || ($0.column == term.column && $0.transform == term.transform) }) {
            throw SQLError(.duplicateObject, "the table is partitioned by \(term.sql { $0 }) already")
        }
        terms.insert(term, at: place)
    }

    private static func place(of old: Old, _ terms: [PartitionTerm]) throws(SQLError) -> Int {
        let found: Int?, text: String
        switch old {
        case .named(let name):
            let folded = name.lowercased()
            let named = terms.firstIndex { $0.name.lowercased() == folded }
            found = named ?? terms.firstIndex { $0.isColumn && $0.column.lowercased() == folded }
            text = "\"\(name)\""
        case .term(let term):
            found = terms.firstIndex { $0.column.lowercased() == term.column.lowercased() && $0.transform == term.transform }
            text = term.sql { $0 }
        }
        guard let found else {
            throw SQLError(
                .undefinedObject, "the table has no partition field \(text)",
                detail: terms.isEmpty ? "It has none." : "It has \(terms.map { $0.sql { $0 } }.joined(separator: ", ")).")
        }
        return found
    }
}

/// A change of a branch or a tag: a name for a version.
package struct TableReferenceChange: Hashable, Sendable {
    package enum Verb: Hashable, Sendable {
        case create, createOrReplace, replace, drop
        /// Moves a branch to where another one is, which began at it.
        case fastForward(to: String)
    }

    package var verb: Verb
    package var name: String
    package var isBranch: Bool
    /// Whether one that is there already, or not there, is no error.
    package var isConditional = false
    /// Nil for the table's current version.
    package var version: Int64?
    package var maxAgeMillis: Int64?
    package var minVersions: Int64?
    package var maxVersionAgeMillis: Int64?

    package init(_ verb: Verb, _ name: String, isBranch: Bool) {
        self.verb = verb
        self.name = name
        self.isBranch = isBranch
    }
}
