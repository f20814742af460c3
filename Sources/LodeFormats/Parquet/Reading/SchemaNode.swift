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
        /// The struct that stores the values, which are read as JSON.
        case variant(SchemaNode)
    }

    let name: String
    /// The number that the writer gave to it.
    let fieldID: Int32?
    let kind: Kind
    let type: SQLType
    /// The definition level from which on the value is not NULL.
    let definition: Int
    let isNullable: Bool

    init(name: String, fieldID: Int32?, kind: Kind, type: SQLType, definition: Int, isNullable: Bool) {
        self.name = name
        self.fieldID = fieldID
        self.kind = kind
        self.type = type
        self.definition = definition
        self.isNullable = isNullable
    }

    /// The same node under another name.
    func named(_ other: String) -> SchemaNode {
        if other == name { return self }
        return SchemaNode(name: other, fieldID: fieldID, kind: kind, type: type, definition: definition, isNullable: isNullable)
    }

    /// The names and numbers of the column and its parts.
    var fileField: FileField {
        let parts =
            switch kind {
            case .leaf, .variant: [SchemaNode]()
            case .structure(let fields): fields
            case .list(let element, _, _): [element]
            case .map(let key, let value, _, _): [key, value]
            }
        return FileField(name: name, id: fieldID.map { Int($0) }, parts: parts.map(\.fileField))
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
        case .variant(let storage): storage.leaves
        }
    }
}
