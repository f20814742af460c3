/// What becomes of properties, where nothing else changes.

/// Of a table or a view of an Iceberg REST server; the comment is among them.
struct PropertyChange {
    private(set) var set: [String: String] = [:]
    private var removed: Set<String> = []

    private static let version = "format-version"

    /// Nil if other things change, too.
    init?(_ changes: [DefinitionChange]) {
        for change in changes {
            switch change {
            case .setProperties(let properties):
                // What the document says of itself is no property of it.
                if properties[Self.version] != nil { return nil }
                for (key, value) in properties { set[key] = value }
                removed.subtract(properties.keys)
            case .removeProperties(let names, _):
                for name in names { set[name] = nil }
                removed.formUnion(names)
            case .setComment(let text, nil):
                set[TableParameter.comment] = text
                if text == nil { removed.insert(TableParameter.comment) } else { removed.remove(TableParameter.comment) }
            default: return nil
            }
        }
    }

    /// - Parameter known: the properties that are there.
    func updates(of known: [String: String]) -> [IcebergUpdate] {
        let gone = removed.intersection(known.keys)
        return (set.isEmpty ? [] : [.setProperties(set)]) + (gone.isEmpty ? [] : [.removeProperties(gone.sorted())])
    }
}
