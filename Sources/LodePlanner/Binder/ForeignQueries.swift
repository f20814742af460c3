/// Views in the SQL of other engines.

import LodeCore
import LodePlan
import LodeSyntax

/// What a view's texts in other dialects ask for. The same words may mean something else there: `/` of whole numbers gives a fraction in
/// some. A text stands for the view if it gives the columns that the view has by its definition.
package struct ForeignQueries {
    /// The most promising first; there is one at least.
    package var texts: [(dialect: String, query: Query)]
    /// Of the columns that the view has.
    package var types: [SQLType]
    /// What reading the view fails with if none of them gives these.
    package var refusal: SQLError

    package init(texts: [(dialect: String, query: Query)], types: [SQLType], refusal: SQLError) {
        self.texts = texts
        self.types = types
        self.refusal = refusal
    }

    /// What columns that a text gives have other than those of the view; nil if they are alike.
    func difference(_ bound: [PlanColumn], in dialect: String) -> String? {
        if bound.count != types.count {
            return "The text for \(dialect) gives \(bound.count) columns here, and the view has \(types.count)."
        }
        guard let (column, type) = zip(bound, types).first(where: { !Self.areAlike($0.type, $1) }) else { return nil }
        return "The text for \(dialect) gives \"\(column.name)\" the type \(column.type) here, and the view has \(type)."
    }

    /// Whether values of the two types are the same, though one may have room for more of them.
    private static func areAlike(_ given: SQLType, _ wanted: SQLType) -> Bool {
        switch (given, wanted) {
        case (.null, _), (_, .null): true
        case (.list(let given), .list(let wanted)): areAlike(given, wanted)
        case (.map(let givenKey, let given), .map(let wantedKey, let wanted)): areAlike(givenKey, wantedKey) && areAlike(given, wanted)
        case (.structure(let given), .structure(let wanted)):
            given.count == wanted.count && zip(given, wanted).allSatisfy { areAlike($0.type, $1.type) }
        default: given == wanted || (given.isText && wanted.isText) || scale(given) ?? -1 == scale(wanted)
        }
    }

    /// Digits behind the point of exact numbers.
    private static func scale(_ type: SQLType) -> Int? {
        if case .decimal(_, let scale) = type { return scale }
        return type.isInteger ? 0 : nil
    }
}
