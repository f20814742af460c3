/// What could have stood at a place: the raw material of "expected …" and of completion.

struct Expectations {
    enum Item: Hashable {
        case token(UInt16)
        case name(UInt16)
    }

    /// In the order of the grammar, each once.
    private(set) var items: [Item] = []
    /// For each item, what stands for it in messages: the label of what it begins, or nil.
    private(set) var labels: [String?] = []
    private var seen: Set<Item> = []

    mutating func note(_ item: Item, label: String?) {
        guard seen.insert(item).inserted else { return }
        items.append(item)
        labels.append(label)
    }
}
