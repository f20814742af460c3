/// COPY TO STDOUT and FROM STDIN over the wire.

import LodeCore
import LodeEngine
import LodeVectors

extension RowSink: CopyClient {
    func beginCopyOut(_ format: CopyFormat, _ columns: [Field]) throws(SQLError) {
        let encoder = CopyEncoder(format, columns, style)
        try output.send(
            .copyOutResponse(CopyResponse(format: format.kind == .binary ? .binary : .text, columns: columns.count)))
        try encoder.begin(into: output.sink)
        copyEncoder = encoder
    }

    func endCopyOut() throws(SQLError) {
        try copyEncoder?.end(into: output.sink)
        try output.send(.copyDone)
    }

    func beginCopyIn(_ format: CopyFormat, _ columns: [Field]) throws(SQLError) {
        copyReader = format.reader(columns: columns)
        copyFields = columns
        copyIsBinary = format.kind == .binary
        try output.send(.copyInResponse(CopyResponse(format: copyIsBinary ? .binary : .text, columns: columns.count)))
        try output.flush()
    }

    /// Up to 2,048 rows: columns of text, which the engine reads, or, in binary and for arrays, of values.
    func nextCopyRows() throws(SQLError) -> Chunk? {
        guard var reader = copyReader else { return nil }
        defer { copyReader = reader }
        var rows: [[[UInt8]?]] = []
        while rows.count < Chunk.capacity {
            if let row = try reader.next() {
                rows.append(row)
            } else if copyIsOver {
                break
            } else if let more = try nextCopyData() {
                reader.append(more)
            } else {
                reader.close()
                copyIsOver = true
            }
        }
        if rows.isEmpty { return nil }
        var columns: [Column] = []
        for (index, field) in copyFields.enumerated() { columns.append(try column(field, rows.map { $0[index] })) }
        return Chunk(columns: columns, count: rows.count)
    }

    /// The next data of the client; nil when it says that there is none.
    /// - Throws: `57014` if the client gives up, `08P01` for a message that does not belong here, `08006` if it is gone.
    private func nextCopyData() throws(SQLError) -> [UInt8]? {
        while let message = copyInput?.next() {
            switch message.type {
            case UInt8(ascii: "d"): return message.body
            case UInt8(ascii: "c"): return nil
            case UInt8(ascii: "f"):
                var reader = MessageReader(message.body)
                throw SQLError(.queryCanceled, "COPY from stdin failed: \(try reader.string())")
            // What pipelining clients send without need.
            case UInt8(ascii: "H"), UInt8(ascii: "S"): continue
            default:
                let type = String(message.type, radix: 16, uppercase: true)
                throw SQLError(.protocolViolation, "unexpected message type 0x\(type) during COPY from stdin")
            }
        }
        throw SQLError(.connectionFailure, "unexpected EOF on client connection with an open transaction")
    }

    private func column(_ field: Field, _ cells: [[UInt8]?]) throws(SQLError) -> Column {
        var values: [Value] = []
        values.reserveCapacity(cells.count)
        let isList = if case .list = field.type { true } else { false }
        for cell in cells {
            guard let cell else {
                values.append(.null)
                continue
            }
            if copyIsBinary {
                values.append(try BinaryValue.decode(cell, id: WireType(field.type).id, type: field.type).fitted(to: field.type))
            } else if isList {
                values.append(try decoder.decode(cell, format: 0, id: 0, type: field.type).value)
            } else {
                values.append(.text(try EncodedText.decode(style.encoding == .latin1 ? Latin1.decoded(cell) : cell)))
            }
        }
        return try Column.make(copyIsBinary || isList ? field.type : .varchar, values)
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
