/// What a file calls a column and its parts.

import LodeCore

/// A column, a field of a struct, or the element, key or value of a list or map, in a file.
package struct FileField: Hashable, Sendable {
    package var name: String
    /// The number that the writer gave to it.
    package var id: Int?
    /// Of a struct its fields, of a list its element, of a map its key and its value.
    package var parts: [FileField]

    package init(name: String, id: Int? = nil, parts: [FileField] = []) {
        self.name = name
        self.id = id
        self.parts = parts
    }

    /// One that nothing in it numbers.
    package init(_ field: Field) { self.init(name: field.name, parts: Self.parts(field.type)) }

    private static func parts(_ type: SQLType) -> [FileField] {
        switch type {
        case .structure(let fields): fields.map { FileField($0) }
        case .list(let element): [FileField(name: "element", parts: parts(element))]
        case .map(let key, let value): [FileField(name: "key", parts: parts(key)), FileField(name: "value", parts: parts(value))]
        default: []
        }
    }
}
