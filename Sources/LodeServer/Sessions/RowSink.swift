/// A statement's rows, to the client.

import LodeCore
import LodeEngine
import LodeVectors

/// Encodes rows as they come. Simple queries are described as they begin; portals were described before.
final class RowSink: ResultSink {
    /// As many as PostgreSQL takes in a target list.
    static let maximumColumns = 1664

    let output: MessageOutput
    let style: TextStyle
    /// Nil: all text, and the columns are described.
    private let formats: [WireFormat]?
    private var encoder: RowEncoder?
    /// Of a COPY that runs.
    var copyEncoder: CopyEncoder?
    var copyReader: (any CopyRowReader)?
    var copyFields: [Field] = []
    var copyIsBinary = false
    var copyIsOver = false
    let copyInput: (any CopyInput)?
    let decoder: ParameterDecoder

    init(_ output: MessageOutput, _ style: TextStyle, formats: [WireFormat]?, copyInput: (any CopyInput)?, decoder: ParameterDecoder) {
        self.copyInput = copyInput
        self.decoder = decoder
        self.output = output
        self.style = style
        self.formats = formats
    }

    func begin(_ columns: [Field]) throws(SQLError) { try begin(columns, .text) }
    func begin(binary columns: [Field]) throws(SQLError) { try begin(columns, .binary) }

    private func begin(_ columns: [Field], _ format: WireFormat) throws(SQLError) {
        if let formats, formats.count != columns.count {
            // What was said to give no rows gives none; other rows than were said would be taken for something else.
            if formats.isEmpty { return encoder = nil }
            throw SQLError.unsupported("a prepared statement whose columns have changed", hint: "Prepare it again.")
        }
        let formats = formats ?? columns.map { _ in format }
        if self.formats == nil {
            try Self.check(columns)
            try output.send(.rowDescription(Self.description(of: columns, formats: formats)))
        }
        encoder = RowEncoder(formats: formats, style)
    }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        if copyEncoder != nil {
            try copyEncoder?.append(chunk, to: output.sink)
            try output.flushIfLarge()
            return true
        }
        guard let encoder else { return false }
        try encoder.append(chunk, to: output.sink)
        try output.flushIfLarge()
        return true
    }

    /// - Throws: `54011` for more columns than clients can take.
    static func check(_ columns: [Field]) throws(SQLError) {
        if columns.count > maximumColumns {
            throw SQLError(.tooManyColumns, "target lists can have at most \(maximumColumns) entries")
        }
    }

    static func description(of columns: [Field], formats: [WireFormat]) -> [ColumnDescription] {
        zip(columns, formats).map { ColumnDescription(name: $0.name, type: WireType($0.type), format: $1) }
    }
}
