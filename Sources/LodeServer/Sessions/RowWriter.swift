/// A statement's rows, to the client.

import LodeCore
import LodeEngine
import LodeVectors

/// Encodes rows piece by piece, so that what waits to leave stays small however large a chunk is.
final class RowWriter {
    /// As many as PostgreSQL takes in a target list.
    static let maximumColumns = 1664

    private let output: MessageOutput
    private let style: TextStyle
    /// Nil: what was said to give no rows gives none.
    private var framing: RowEncoder.Framing?
    /// The chunk that is being written.
    private var chunk: RowEncoder?

    /// Tells the client what comes.
    /// - Parameter formats: of the columns, which were described before; nil if they are to be described now.
    init(_ shape: ResultStream.Shape, formats: [WireFormat]?, _ style: TextStyle, _ output: MessageOutput) throws(SQLError) {
        self.output = output
        self.style = style
        switch shape {
        case .none: break
        case .rows(let columns, let isBinary):
            if let formats, formats.count != columns.count {
                // Other rows than were said would be taken for something else.
                if !formats.isEmpty {
                    throw SQLError.unsupported("a prepared statement whose columns have changed", hint: "Prepare it again.")
                }
                return
            }
            let known = formats ?? columns.map { _ in isBinary ? .binary : .text }
            framing = .rows(known)
            if formats == nil {
                try Self.check(columns)
                try output.send(.rowDescription(Self.description(of: columns, formats: known)))
            }
        case .copy(let columns, let format):
            let copy = CopyEncoder(format, columns, style)
            framing = .copy(copy)
            try output.send(
                .copyOutResponse(CopyResponse(format: format.kind == .binary ? .binary : .text, columns: columns.count)))
            try copy.begin(into: output.sink)
        }
    }

    /// The next rows, when those before are written.
    func take(_ chunk: Chunk) throws(SQLError) {
        self.chunk = try framing.map { (framing) throws(SQLError) in try RowEncoder(chunk, framing, style) }
    }

    /// Whether rows are left to be written.
    var hasRows: Bool { chunk != nil }

    /// Writes rows until a piece is full, which leaves, or none is left.
    func write() throws(SQLError) {
        guard let chunk else { return }
        try chunk.write(to: output.sink, limit: MessageOutput.pieceBytes)
        if chunk.isAtEnd { self.chunk = nil }
        try output.flushIfLarge()
    }

    /// All rows were written.
    func end() throws(SQLError) {
        guard case .copy(let encoder) = framing else { return }
        try encoder.end(into: output.sink)
        try output.send(.copyDone)
    }

    /// - Throws: `54011` for more columns than clients can take.
    static func check(_ columns: [Field]) throws(SQLError) {
        if columns.count > maximumColumns {
            throw SQLError(.tooManyColumns, "target lists can have at most \(maximumColumns) entries")
        }
    }

    static func description(of columns: [Field], formats: [WireFormat]) -> [ColumnDescription] {
        zip(columns, formats).map { column, format in
            guard let origin = column.origin else {
                return ColumnDescription(name: column.name, type: WireType(column.type), format: format)
            }
            return ColumnDescription(
                name: column.name, table: origin.table, column: origin.attribute, type: origin.type, format: format)
        }
    }
}
