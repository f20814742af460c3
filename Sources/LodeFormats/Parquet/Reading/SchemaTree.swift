/// From a footer's flat list of schema elements to columns.

import LodeCore
import LodeVectors

/// The columns of a file. Lists and maps are recognized in all the layouts that writers have used.
/// - Source: Parquet format, "Logical Types", "Nested Types" with its backward-compatibility rules.
struct SchemaTree: Sendable {
    let columns: [SchemaNode]
    let leaves: [ParquetLeaf]

    static let maximumDepth = 64

    /// - Throws: `XX001` if the elements don't form a tree, `0A000` if it is nested too deeply.
    init(_ elements: [SchemaElement], int96: (Int) -> Int96Unit = { _ in .exactMicros }) throws(SQLError) {
        guard let root = elements.first else { throw Self.corrupt("the schema is empty") }
        var builder = TreeBuilder(elements: elements, int96: Self.units(elements, int96))
        builder.position = 1
        let count = root.childCount ?? 0
        guard count >= 0, count < elements.count else { throw Self.corrupt("the root announces \(count) columns") }
        let columns = try builder.fields(count, Levels(), depth: 0)
        guard builder.position == elements.count else {
            throw Self.corrupt("\(elements.count - builder.position) schema elements are left over")
        }
        self.columns = columns
        leaves = builder.leaves
    }

    /// The unit of each leaf.
    private static func units(_ elements: [SchemaElement], _ int96: (Int) -> Int96Unit) -> [Int96Unit] {
        elements.filter { $0.type != nil }.indices.map(int96)
    }

    static func corrupt(_ what: String) -> SQLError { SQLError(.dataCorrupted, "corrupt Parquet schema: \(what)") }
}

/// Where in the tree a field stands.
private struct Levels {
    var definition = 0
    var repetition = 0
    var path: [String] = []
    var isInVariant = false

    func within(_ element: SchemaElement) -> Levels {
        var inner = self
        if element.repetition != .required { inner.definition += 1 }
        if element.repetition == .repeated { inner.repetition += 1 }
        inner.path.append(element.name)
        return inner
    }
}

/// Walks the elements once.
private struct TreeBuilder {
    let elements: [SchemaElement]
    /// By leaf.
    let int96: [Int96Unit]
    var position = 0
    var leaves: [ParquetLeaf] = []

    /// The column or field that begins here. A repeated field outside of LIST and MAP is a list of its own.
    mutating func column(_ outer: Levels, depth: Int) throws(SQLError) -> SchemaNode {
        let element = try peek(depth)
        let levels = outer.within(element)
        guard element.repetition == .repeated else { return try value(element, levels, depth) }
        let item = try value(element, levels, depth)
        return list(
            element, of: item, repeated: levels, definition: outer.definition, isNullable: false)
    }

    /// The fields of a group, or the columns of the root, each with a name of its own. Groups that hold no leaf store nothing,
    /// not even whether they are there: they are left out.
    mutating func fields(_ count: Int, _ outer: Levels, depth: Int) throws(SQLError) -> [SchemaNode] {
        var fields: [SchemaNode] = []
        for _ in 0..<count {
            let field = try column(outer, depth: depth)
            if field.firstLeaf != nil { fields.append(field) }
        }
        return zip(fields, UniqueNames.make(fields.map(\.name))).map { $0.named($1) }
    }

    private func peek(_ depth: Int) throws(SQLError) -> SchemaElement {
        guard position < elements.count else { throw SchemaTree.corrupt("a group has fewer fields than it announces") }
        guard depth < SchemaTree.maximumDepth else { throw .unsupported("a Parquet schema nested deeper than \(SchemaTree.maximumDepth)") }
        return elements[position]
    }

    /// The element that begins here, as one value: its own repetition is the caller's business.
    private mutating func value(_ element: SchemaElement, _ levels: Levels, _ depth: Int) throws(SQLError) -> SchemaNode {
        position += 1
        guard let physical = element.type else { return try group(element, levels, depth) }
        let unit = int96.indices.contains(leaves.count) ? int96[leaves.count] : .exactMicros
        var meaning = LeafMeaning(element, physical, int96: unit)
        if levels.isInVariant { meaning.refusal = meaning.refusal ?? element.variantRefusal(physical) }
        if physical == .fixedLenByteArray, (element.typeLength ?? 0) <= 0 {
            throw SchemaTree.corrupt("column \"\(levels.path.joined(separator: "."))\" has values of \(element.typeLength ?? 0) bytes")
        }
        let leaf = ParquetLeaf(
            index: leaves.count, path: levels.path.joined(separator: "."), element: element, physical: physical,
            definition: levels.definition, repetition: levels.repetition, type: meaning.type, storage: meaning.storage,
            refusal: meaning.refusal)
        leaves.append(leaf)
        return SchemaNode(
            name: element.name, fieldID: element.fieldID, kind: .leaf(leaf), type: meaning.type, definition: levels.definition,
            isNullable: element.repetition == .optional)
    }

    private mutating func group(_ element: SchemaElement, _ levels: Levels, _ depth: Int) throws(SQLError) -> SchemaNode {
        let count = element.childCount ?? 0
        guard count >= 0, count <= elements.count - position else {
            throw SchemaTree.corrupt("group \"\(element.name)\" announces \(count) fields")
        }
        let annotation = element.logicalType ?? element.impliedLogicalType
        if count == 1, position < elements.count, elements[position].repetition == .repeated {
            let repeated = elements[position]
            if annotation == .map, repeated.type == nil, (repeated.childCount ?? 0) == 2 {
                return try map(element, levels, depth)
            }
            if annotation == .list || annotation == .map { return try list(element, levels, depth) }
        }
        var inner = levels
        if annotation == .variant { inner.isInVariant = true }
        let fields = try fields(count, inner, depth: depth + 1)
        let group = SchemaNode(
            name: element.name, fieldID: element.fieldID, kind: .structure(fields),
            type: .structure(fields.map { Field($0.name, $0.type, nullable: $0.isNullable) }), definition: levels.definition,
            isNullable: element.repetition == .optional)
        guard annotation == .variant, VariantColumn.isStorage(group.type) else { return group }
        return SchemaNode(
            name: group.name, fieldID: group.fieldID, kind: .variant(group), type: .json, definition: group.definition,
            isNullable: group.isNullable)
    }

    /// A group annotated as LIST, standing before its one repeated field.
    private mutating func list(_ element: SchemaElement, _ levels: Levels, _ depth: Int) throws(SQLError) -> SchemaNode {
        let repeated = try peek(depth + 1)
        let inner = levels.within(repeated)
        let isElement =
            repeated.type != nil || (repeated.childCount ?? 0) != 1 || repeated.name == "array"
            || repeated.name == element.name + "_tuple"
            || (position + 1 < elements.count && elements[position + 1].repetition == .repeated)
        let item: SchemaNode
        if isElement {
            item = try value(repeated, inner, depth + 1)
        } else {
            position += 1
            item = try column(inner, depth: depth + 2)
        }
        return list(
            element, of: item, repeated: inner, definition: levels.definition,
            isNullable: element.repetition == .optional)
    }

    private func list(
        _ element: SchemaElement, of item: SchemaNode, repeated: Levels, definition: Int, isNullable: Bool
    ) -> SchemaNode {
        SchemaNode(
            name: element.name, fieldID: element.fieldID,
            kind: .list(item, repeatedDefinition: repeated.definition, repetition: repeated.repetition),
            type: .list(item.type), definition: definition, isNullable: isNullable)
    }

    /// A group annotated as MAP, standing before its repeated pair.
    private mutating func map(_ element: SchemaElement, _ levels: Levels, _ depth: Int) throws(SQLError) -> SchemaNode {
        let repeated = try peek(depth + 1)
        let inner = levels.within(repeated)
        position += 1
        let key = try column(inner, depth: depth + 2)
        let item = try column(inner, depth: depth + 2)
        return SchemaNode(
            name: element.name, fieldID: element.fieldID,
            kind: .map(key: key, value: item, repeatedDefinition: inner.definition, repetition: inner.repetition),
            type: .map(key: key.type, value: item.type), definition: levels.definition,
            isNullable: element.repetition == .optional)
    }
}
