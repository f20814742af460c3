/// Which CTEs are visible at a place.

import LodeSyntax

/// The CTEs that are visible somewhere: the nearest of a name hides the others.
final class CommonTableList {
    let table: CommonTable
    let next: CommonTableList?

    init(_ table: CommonTable, next: CommonTableList?) {
        self.table = table
        self.next = next
    }

    func find(_ name: String) -> CommonTable? {
        let folded = name.lowercased()
        return sequence(first: self) { $0.next }.first { $0.table.definition.name.text.lowercased() == folded }?.table
    }

    var names: [String] { sequence(first: self) { $0.next }.map(\.table.definition.name.text) }
}
