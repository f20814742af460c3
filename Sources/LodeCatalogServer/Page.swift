/// Lists that come in pages.

import LodeCore

/// One page. Names are in their order, and the token is the last one that was given: what is made or dropped meanwhile moves nothing.
struct Page<Item> {
    let items: [Item]
    /// Nil after the last page.
    let next: String?

    /// - Parameters:
    ///   - token: of the page before; nil or empty for the first one.
    ///   - size: nil for all that is left.
    init(_ all: [Item], after token: String?, size: Int?, _ name: (Item) -> String) {
        let sorted = all.map { (name: name($0), item: $0) }.sorted { Self.precedes($0.name, $1.name) }
        let left = sorted.filter { item in
            guard let token, !token.isEmpty else { return true }
            return Self.precedes(token, item.name)
        }
        let count = min(left.count, max(1, size ?? left.count))
        items = left.prefix(count).map(\.item)
        next = count < left.count ? left[count - 1].name : nil
    }

    private static func precedes(_ one: String, _ other: String) -> Bool { one.utf8.lexicographicallyPrecedes(other.utf8) }
}
