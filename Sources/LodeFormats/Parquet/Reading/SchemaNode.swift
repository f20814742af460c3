/// A column as SQL sees it, over the leaves that store it.

import LodeCore

/// A node of the schema tree with its levels resolved and list and map layouts recognized.
final class SchemaNode: Sendable {
    enum Kind: Sendable {
        case leaf(ParquetLeaf)
        case structure([SchemaNode])
        /// The definition level from which on an element is there (the list is not empty).
        case list(SchemaNode, repeatedDefinition: Int, repetition: Int)
        case map(key: SchemaNode, value: SchemaNode, repeatedDefinition: Int, repetition: Int)
    }

    let name: String
    let kind: Kind
    let type: SQLType
    /// The definition level from which on the value is not NULL.
    let definition: Int
    let isNullable: Bool

    init(name: String, kind: Kind, type: SQLType, definition: Int, isNullable: Bool) {
        self.name = name
        self.kind = kind
        self.type = type
        self.definition = definition
        self.isNullable = isNullable
    }

    /// The same node under another name.
    func named(_ other: String) -> SchemaNode {
        other == name ? self : SchemaNode(name: other, kind: kind, type: type, definition: definition, isNullable: isNullable)
    }

    /// The leaf, if the column is one without anything repeated above it.
    var flatLeaf: ParquetLeaf? {
        if case .leaf(let leaf) = kind, leaf.repetition == 0 { leaf } else { nil }
    }

    /// All leaves, in the file's order.
    var leaves: [ParquetLeaf] {
        switch kind {
        case .leaf(let leaf): [leaf]
        case .structure(let fields): fields.flatMap(\.leaves)
        case .list(let element, _, _): element.leaves
        case .map(let key, let value, _, _): key.leaves + value.leaves
        }
    }
}
