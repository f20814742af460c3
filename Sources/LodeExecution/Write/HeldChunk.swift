/// Chunks that are kept for a while: what that costs, and how they let go of memory that is not theirs.

import LodeCore
import LodeVectors

extension Chunk {
    /// What keeping the chunk costs: lanes, strings and the objects themselves, but no dictionaries, which chunks share.
    package var heldBytes: Int { columns.reduce(64) { $0 + $1.heldBytes + Column.objectBytes } }

    /// The same rows, with memory of their own if they are few in what they came from: some rows of each page must not keep all
    /// pages of a file alive.
    package func withoutForeignMemory() throws(SQLError) -> Chunk {
        count * 2 > Chunk.capacity && columns.allSatisfy({ $0.owners.count <= 4 }) ? self : try withOwnMemory()
    }

    /// The same rows with copies of everything that is shared with others.
    func withOwnMemory() throws(SQLError) -> Chunk {
        var copies: [Column] = []
        for column in columns { copies.append(try column.withOwnMemory()) }
        return Chunk(columns: copies, count: count, batch: batch)
    }
}

extension Column {
    /// A column and its buffers as objects.
    fileprivate static let objectBytes = 256

    fileprivate var heldBytes: Int {
        switch layout {
        case .constant: return 64
        case .dictionary: return 4 * count
        case .flat: break
        }
        var bytes = physical.stride * count + children.reduce(0) { $0 + $1.heldBytes }
        guard physical == .text else { return bytes }
        let lanes = lanes(as: StringView.self)
        var row = 0
        while row < count {
            let length = lanes[row].count
            bytes &+= length > StringView.inlineCapacity ? length : 0
            row &+= 1
        }
        return bytes
    }

    /// Flat, with its own strings; nested columns keep what they have.
    fileprivate func withOwnMemory() throws(SQLError) -> Column {
        if layout == .constant || type.isNested { return self }
        let flat = try flattened()
        guard physical == .text else { return flat }
        let lanes = try Buffer(byteCount: count * 16)
        let out = lanes.lanes(as: StringView.self), views = flat.lanes(as: StringView.self)
        // One block of just the size: columns of few rows are many.
        var row = 0, textBytes = 0
        while row < count {
            textBytes &+= views[row].isInline ? 0 : views[row].count
            row &+= 1
        }
        let arena = TextArena(blockBytes: textBytes)
        row = 0
        while row < count {
            let view = views[row]
            out[row] = view.isInline ? view : try arena.add(UnsafeRawBufferPointer(start: view.pointer, count: view.count))
            row &+= 1
        }
        return Column(flat: type, count: count, lanes: lanes, validity: flat.validityBuffer, heaps: arena.heaps)
    }
}
