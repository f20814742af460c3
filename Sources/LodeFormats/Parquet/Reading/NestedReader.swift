/// Reads lists, maps and structs.

import LodeCore
import LodeVectors

/// Puts nested columns together from the levels of their leaves.
///
/// A *slot* of a node is a place where a value of it can be: a row, or an element of the innermost list around it. Slots are
/// the entries of any leaf below that repeat no deeper than that list (`repetition`) and are defined at least as deep as an
/// element of it (`definition`).
/// - Source: Melnik et al.: "Dremel: Interactive Analysis of Web-Scale Datasets", VLDB 2010, section 4.
final class NestedReader: ColumnReader {
    let node: SchemaNode
    let chunks: [ChunkPages]
    private let leaves: [LeveledLeaf]
    /// Position of a leaf's chunk by the leaf's index.
    private let positions: [Int: Int]

    /// `chunks` are those of all leaves; there is one at least.
    init(_ node: SchemaNode, _ chunks: [ChunkPages]) throws(SQLError) {
        self.node = node
        self.chunks = chunks
        var leaves: [LeveledLeaf] = []
        for pages in chunks { leaves.append(try LeveledLeaf(pages)) }
        self.leaves = leaves
        positions = Dictionary(uniqueKeysWithValues: chunks.enumerated().map { ($0.element.leaf.index, $0.offset) })
    }

    func read(_ rows: RowSet) throws(SQLError) -> Column {
        var entries: [LeafEntries] = []
        for leaf in leaves { entries.append(try leaf.read(rows)) }
        do throws(SQLError) {
            let column = try build(node, entries, repetition: 0, definition: 0)
            guard column.count == rows.count else { throw damaged("\(column.count) rows where \(rows.count) are declared") }
            return column
        } catch { throw error.place == nil ? chunks[0].located(error) : error }
    }

    private func damaged(_ what: String) -> SQLError { chunks[0].corrupt("the levels of nested column \"\(node.name)\" give \(what)") }

    private func build(
        _ node: SchemaNode, _ all: [LeafEntries], repetition: UInt8, definition: UInt8
    ) throws(SQLError) -> Column {
        guard let first = node.firstLeaf, let position = positions[first.index] else {
            throw .unsupported("a Parquet group without fields (\"\(node.name)\")")
        }
        let entries = all[position]
        switch node.kind {
        case .leaf(let leaf): return try leafColumn(leaf, entries, definition)
        case .structure(let fields):
            let (count, validity) = try slots(node, entries, repetition, definition)
            var children: [Column] = []
            for field in fields {
                let child = try build(field, all, repetition: repetition, definition: definition)
                guard child.count == count else { throw damaged("\(child.count) values of \"\(field.name)\" for \(count) structs") }
                children.append(child)
            }
            return Column(
                flat: node.type, count: count, lanes: try Buffer(byteCount: 16), validity: validity, children: children)
        case .list(let element, let inner, let depth):
            let lists = try ranges(node, entries, repetition, definition, inner)
            let child = try build(
                element, all, repetition: UInt8(truncatingIfNeeded: depth), definition: UInt8(truncatingIfNeeded: inner))
            guard child.count == lists.elements else { throw damaged("\(child.count) elements where \(lists.elements) are declared") }
            return Column(flat: node.type, count: lists.count, lanes: lists.lanes, validity: lists.validity, children: [child])
        case .map(let key, let value, let inner, let depth):
            let maps = try ranges(node, entries, repetition, definition, inner)
            let (r, d) = (UInt8(truncatingIfNeeded: depth), UInt8(truncatingIfNeeded: inner))
            let keys = try build(key, all, repetition: r, definition: d)
            let values = try build(value, all, repetition: r, definition: d)
            guard keys.count == maps.elements, values.count == maps.elements else {
                throw damaged("\(keys.count) keys and \(values.count) values for \(maps.elements) pairs")
            }
            return Column(flat: node.type, count: maps.count, lanes: maps.lanes, validity: maps.validity, children: [keys, values])
        case .variant(let storage):
            return try VariantColumn.json(try build(storage, all, repetition: repetition, definition: definition))
        }
    }

    /// How many slots a node has, and which of them are not NULL.
    private func slots(
        _ node: SchemaNode, _ entries: LeafEntries, _ repetition: UInt8, _ definition: UInt8
    ) throws(SQLError) -> (count: Int, validity: Buffer?) {
        let words = try Buffer(byteCount: (entries.count / 64 + 2) * 8)
        var writer = BitWriter(words)
        let present = UInt8(truncatingIfNeeded: node.definition)
        var nulls = false
        for i in 0..<entries.count where entries.repetition[i] <= repetition && entries.definition[i] >= definition {
            let isValid = entries.definition[i] >= present
            nulls = nulls || !isValid
            writer.append(isValid ? 1 : 0, 1)
        }
        writer.finish()
        return (writer.count, nulls ? words : nil)
    }

    private func ranges(
        _ node: SchemaNode, _ entries: LeafEntries, _ repetition: UInt8, _ definition: UInt8, _ inner: Int
    ) throws(SQLError) -> (count: Int, elements: Int, lanes: Buffer, validity: Buffer?) {
        let (count, validity) = try slots(node, entries, repetition, definition)
        let lanes = try Buffer.zeroed(byteCount: max(count * 8, 16))
        let out = lanes.lanes(as: ListRange.self)
        let depth = repetition + 1
        var slot = -1
        var elements: UInt32 = 0
        for i in 0..<entries.count where entries.definition[i] >= definition {
            let rep = entries.repetition[i]
            if rep <= repetition {
                slot += 1
                out[slot] = ListRange(offset: elements, count: 0)
            }
            if rep <= depth, Int(entries.definition[i]) >= inner {
                guard slot >= 0 else { throw damaged("an element before its list") }
                out[slot].count += 1
                elements += 1
            }
        }
        return (count, Int(elements), lanes, validity)
    }

    /// Values and the NULLs between them.
    private func leafColumn(_ leaf: ParquetLeaf, _ entries: LeafEntries, _ definition: UInt8) throws(SQLError) -> Column {
        let values = try NestedJoining.join(entries.values, leaf.type)
        let words = try Buffer(byteCount: (entries.count / 64 + 2) * 8)
        var writer = BitWriter(words)
        let present = UInt8(truncatingIfNeeded: leaf.definition)
        var valid = 0
        for i in 0..<entries.count where entries.definition[i] >= definition {
            let isValid = entries.definition[i] >= present
            valid += isValid ? 1 : 0
            writer.append(isValid ? 1 : 0, 1)
        }
        writer.finish()
        let count = writer.count
        guard valid == values.count else { throw damaged("\(valid) values where \(values.count) are stored") }
        if valid == count { return values }
        let stride = leaf.type.physical.stride
        let lanes = try Buffer(byteCount: max(count * stride, 16))
        let bits = words.lanes(as: UInt64.self)
        NullSpreading.spread(values.lanes(as: UInt8.self), stride, count, into: lanes.lanes(as: UInt8.self)) { bits[$0 &>> 6] }
        return Column(flat: leaf.type, count: count, lanes: lanes, validity: words, heaps: values.heapOwners)
    }
}

extension SchemaNode {
    /// The leaf that gives the node's slots; nil for groups without any.
    var firstLeaf: ParquetLeaf? {
        switch kind {
        case .leaf(let leaf): leaf
        case .structure(let fields): fields.lazy.compactMap(\.firstLeaf).first
        case .list(let element, _, _): element.firstLeaf
        case .map(let key, _, _, _): key.firstLeaf
        case .variant(let storage): storage.firstLeaf
        }
    }
}
