/// COPY FROM STDIN over the wire.

import LodeCore
import LodeEngine
import LodeVectors

/// Where the messages of the client come from in the midst of a statement.
protocol CopyInput: AnyObject, Sendable {
    /// The next one. Never waits.
    func poll() -> CopyMessage
}

enum CopyMessage: Sendable {
    case message(type: UInt8, body: [UInt8])
    case waiting(Wait)
    /// The connection is gone.
    case gone
}

/// The data of one COPY FROM STDIN. The workers of the statement read it, one at a time.
final class CopyReader: CopyRows {
    private struct State {
        var reader: any CopyRowReader
        var isOver = false
    }

    private let input: any CopyInput
    private let fields: [Field]
    private let isBinary: Bool
    private let encoding: ClientEncoding
    private let element: CopySource.ValueReader
    private let state: Lock<State>

    init(
        _ format: CopyFormat, _ fields: [Field], _ encoding: ClientEncoding, _ input: any CopyInput,
        _ element: @escaping CopySource.ValueReader
    ) {
        self.input = input
        self.fields = fields
        self.encoding = encoding
        self.element = element
        isBinary = format.kind == .binary
        state = Lock(State(reader: format.reader(columns: fields)))
    }

    /// Up to 2,048 rows: columns of text, which the engine reads, or, in binary and for arrays, of values.
    func next() throws(SQLError) -> CopyArrival {
        var rows: [[[UInt8]?]] = [], lines: [Int] = []
        let waits = try state.withLock { (state) throws(SQLError) in try collect(&rows, &lines, &state) }
        if rows.isEmpty { return waits.map { .waiting($0) } ?? .end }
        var columns: [Column] = []
        for (index, field) in fields.enumerated() { columns.append(try column(field, rows.map { $0[index] }, lines)) }
        return .rows(Chunk(columns: columns, count: rows.count), lines: lines)
    }

    /// - Returns: what must happen before there are more rows; nil at the end, or when there are enough.
    private func collect(_ rows: inout [[[UInt8]?]], _ lines: inout [Int], _ state: inout State) throws(SQLError) -> Wait? {
        while rows.count < Chunk.capacity {
            if let row = try state.reader.next() {
                rows.append(row)
                lines.append(state.reader.line)
                continue
            }
            if state.isOver { return nil }
            switch input.poll() {
            case .message(let type, let body):
                if let data = try Self.data(type, body) {
                    state.reader.append(data)
                } else if Self.endsData(type) {
                    state.reader.close()
                    state.isOver = true
                }
            case .waiting(let wait): return wait
            case .gone: throw SQLError(.connectionFailure, "unexpected EOF on client connection with an open transaction")
            }
        }
        return nil
    }

    private static func endsData(_ type: UInt8) -> Bool { type == UInt8(ascii: "c") }

    /// The data of a message; nil of one that has none.
    /// - Throws: `57014` if the client gives up, `08P01` for a message that does not belong here.
    private static func data(_ type: UInt8, _ body: [UInt8]) throws(SQLError) -> [UInt8]? {
        switch type {
        case UInt8(ascii: "d"): return body
        // Flush and Sync are what pipelining clients send without need.
        case UInt8(ascii: "c"), UInt8(ascii: "H"), UInt8(ascii: "S"): return nil
        case UInt8(ascii: "f"):
            var reader = MessageReader(body)
            throw SQLError(.queryCanceled, "COPY from stdin failed: \(try reader.string())")
        default:
            let type = String(type, radix: 16, uppercase: true)
            throw SQLError(.protocolViolation, "unexpected message type 0x\(type) during COPY from stdin")
        }
    }

    private func column(_ field: Field, _ cells: [[UInt8]?], _ lines: [Int]) throws(SQLError) -> Column {
        var values: [Value] = []
        values.reserveCapacity(cells.count)
        let isList = if case .list = field.type { true } else { false }
        for (cell, line) in zip(cells, lines) {
            do throws(SQLError) {
                values.append(try cell.map { (cell) throws(SQLError) in try value(cell, field.type) } ?? .null)
            } catch {
                throw error.within("line \(line), column \(field.name)")
            }
        }
        return try Column.make(isBinary || isList ? field.type : .varchar, values)
    }

    private func value(_ cell: [UInt8], _ type: SQLType) throws(SQLError) -> Value {
        if isBinary { return try BinaryValue.decode(cell, id: WireType(type).id, type: type).fitted(to: type) }
        let text = try EncodedText.decode(encoding == .latin1 ? Latin1.decoded(cell) : cell)
        guard case .list(let element) = type else { return .text(SQLText(text)) }
        return try list(text, of: element)
    }

    private func list(_ text: String, of type: SQLType) throws(SQLError) -> Value {
        try ArrayText.read(text, element: type) { (item) throws(SQLError) in
            if case .list(let inner) = type { try list(item, of: inner) } else { try element(item, type) }
        }
    }
}

extension Value {
    /// A decimal with the scale of its column.
    /// - Throws: `22003` if it has too many digits.
    fileprivate func fitted(to type: SQLType) throws(SQLError) -> Value {
        guard case .decimal(let precision, let scale) = type, case .decimal(let unscaled, let own) = self else { return self }
        guard let value = Decimal128.rescale(unscaled, from: own, to: scale), Decimal128.fits(value, precision: precision) else {
            throw SQLError(.numericValueOutOfRange, "numeric field overflow")
        }
        return .decimal(value, scale: scale)
    }
}
