/// Reading the wanted fields of Avro records, without making a tree of each.

import LodeCore

/// One value of a record; bytes by where they lie.
package struct AvroCell: Sendable {
    @usableFromInline var bits: Int
    /// Of bytes their number; else what it is.
    @usableFromInline var count: Int

    static let null = AvroCell(bits: 0, count: -1)

    init(bits: Int, count: Int) {
        self.bits = bits
        self.count = count
    }

    package enum Kind: Equatable, Sendable {
        case null
        case number(Int)
        case double(Double)
        case bytes(Range<Int>)
    }

    package var kind: Kind {
        switch count {
        case -1: .null
        case -2: .number(bits)
        case -3: .double(Double(bitPattern: UInt64(bitPattern: Int64(bits))))
        default: .bytes(bits..<bits &+ count)
        }
    }

    package var isNull: Bool { count == -1 }
    /// A whole number, a truth value or the number of an enum's symbol; nil for anything else.
    package var number: Int? { count == -2 ? bits : nil }
    package var range: Range<Int>? { count >= 0 ? bits..<bits &+ count : nil }
}

/// The records of a block, one after another. Fields that the file lacks are null.
package struct AvroRows: Sendable {
    private let program: AvroProgram
    private var cursor = AvroCursor()
    private var cells: [AvroCell]
    private var lists: [[AvroCell]]
    private var block: [UInt8] = []
    /// Of lists of pairs: the numbers that are kept, ascending; nil for all.
    private var keys: [Int]?

    /// - Parameter keys: of lists of pairs, which are kept.
    /// - Throws: `XX001` if the file's fields are of other types than they must be.
    package init(_ schema: AvroSchema, _ wishes: [AvroWish], keys: Set<Int>? = nil) throws(SQLError) {
        program = try AvroProgram(schema, wishes)
        cells = Array(repeating: .null, count: program.cells)
        lists = Array(repeating: [], count: program.lists)
        self.keys = keys.map { $0.sorted() }
    }

    /// Calls `body` with itself at each record of a block.
    /// - Parameter block: its bytes, no longer packed.
    /// - Throws: `XX001` if it does not hold what its schema says.
    package mutating func read(
        _ block: [UInt8], count: Int, _ body: (inout AvroRows) throws(SQLError) -> Void
    ) throws(SQLError) {
        // Each record takes a byte at least.
        guard count <= block.count else { throw AvroContainer.corrupted("a block of \(block.count) bytes has \(count) records") }
        self.block = block
        cursor = AvroCursor()
        for _ in 0..<count {
            for index in cells.indices { cells[index] = .null }
            for index in lists.indices { lists[index].removeAll(keepingCapacity: true) }
            guard run(block.span, from: 0, to: program.steps.count) else { throw AvroContainer.corrupted("a record goes beyond its block") }
            try body(&self)
        }
        guard cursor.at == block.count else { throw AvroContainer.corrupted("bytes follow the last record of a block") }
    }

    // MARK: The record at hand

    package subscript(cell: Int) -> AvroCell { cells[cell] }

    package func list(_ list: Int) -> [AvroCell] { lists[list] }

    package func number(_ cell: Int) -> Int? { cells[cell].number }

    package func text(_ cell: Int) -> String? {
        cells[cell].range.map { String(decoding: block[$0], as: UTF8.self) }
    }

    package func bytes(_ cell: AvroCell) -> ArraySlice<UInt8>? { cell.range.map { block[$0] } }

    // MARK: Running

    /// - Returns: false if the bytes are not those of the schema.
    private mutating func run(_ source: Span<UInt8>, from: Int, to: Int) -> Bool {
        var next = from
        while next < to {
            let step = program.steps[next]
            next &+= 1
            switch step.code {
            case .skipLong: if cursor.long(source) == nil { return false }
            case .skipBytes: if cursor.bytes(source) == nil { return false }
            case .skip: if cursor.take(Int(step.a), source) == nil { return false }
            case .long:
                guard let number = cursor.long(source) else { return false }
                cells[Int(step.slot)] = AvroCell(bits: number, count: -2)
            case .boolean:
                guard let byte = cursor.bits(1, source) else { return false }
                cells[Int(step.slot)] = AvroCell(bits: byte == 0 ? 0 : 1, count: -2)
            case .float:
                guard let bits = cursor.bits(4, source) else { return false }
                let number = Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
                cells[Int(step.slot)] = AvroCell(bits: Int(bitPattern: UInt(number.bitPattern)), count: -3)
            case .double:
                guard let bits = cursor.bits(8, source) else { return false }
                cells[Int(step.slot)] = AvroCell(bits: Int(bitPattern: UInt(bits)), count: -3)
            case .bytes:
                guard let range = cursor.bytes(source) else { return false }
                cells[Int(step.slot)] = AvroCell(bits: range.lowerBound, count: range.count)
            case .fixed:
                guard let range = cursor.take(Int(step.a), source) else { return false }
                cells[Int(step.slot)] = AvroCell(bits: range.lowerBound, count: range.count)
            case .union:
                guard let branch = cursor.long(source), branch >= 0, branch < Int(step.b) else { return false }
                next = Int(program.branches[Int(step.a) &+ branch])
            case .jump: next = Int(step.a)
            case .array:
                guard runArray(source, from: next, to: Int(step.a)) else { return false }
                next = Int(step.a)
            case .emit: emit(step)
            case .emitPair:
                if let keys, let key = cells[Int(step.a)].number, !Self.contains(keys, key) {
                    for cell in Int(step.a)..<Int(step.a &+ step.b) { cells[cell] = .null }
                } else {
                    emit(step)
                }
            }
        }
        return true
    }

    private mutating func runArray(_ source: Span<UInt8>, from: Int, to: Int) -> Bool {
        while true {
            guard let count = cursor.blockCount(source) else { return false }
            if count == 0 { return true }
            // Elements of no bytes, of which nothing is wanted.
            if from == to { continue }
            guard count <= source.count &- cursor.at else { return false }
            for _ in 0..<count {
                let start = cursor.at
                // An element of no bytes would be there as often as a number says.
                guard run(source, from: from, to: to), cursor.at > start else { return false }
            }
        }
    }

    /// The cells of an element are taken, and made ready for the next.
    private mutating func emit(_ step: AvroProgram.Step) {
        let first = Int(step.a), end = first &+ Int(step.b)
        for cell in first..<end {
            lists[Int(step.slot)].append(cells[cell])
            cells[cell] = .null
        }
    }

    private static func contains(_ keys: [Int], _ key: Int) -> Bool {
        var low = 0, high = keys.count
        while low < high {
            let middle = (low &+ high) / 2
            if keys[middle] < key { low = middle &+ 1 } else { high = middle }
        }
        return low < keys.count && keys[low] == key
    }
}
