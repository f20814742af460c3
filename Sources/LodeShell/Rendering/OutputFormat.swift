/// The ways to print a result.

import LodeCore
import LodeEngine
import LodeVectors

package enum OutputFormat: String, CaseIterable, Sendable {
    case table, csv, tsv, json, jsonl, markdown, vertical, html
}

/// Takes a result and prints it. One renderer for each result.
package protocol ResultRenderer: ResultSink {
    /// The result is complete: prints what is held back.
    func finish() throws(SQLError)
}

/// What all renderers share.
package struct RenderingContext {
    package var output: Output
    package var zone: ValueText.Zone?
    /// The names of objects: how `regclass` values and their kin are shown.
    package var objects: ValueText.Names?
    /// Columns of the terminal; nil where output is not a terminal, and nothing is cut.
    package var width: Int?
    /// Rows that a table shows at most; nil for all.
    package var maximumRows: Int?

    package init(output: Output, zone: ValueText.Zone? = nil, width: Int? = nil, maximumRows: Int? = nil) {
        self.output = output
        self.zone = zone
        self.width = width
        self.maximumRows = maximumRows
    }

    package func renderer(_ format: OutputFormat) throws(SQLError) -> any ResultRenderer {
        switch format {
        case .table: TableRenderer(self)
        case .csv: try SeparatedRenderer(self, separator: ",")
        case .tsv: try SeparatedRenderer(self, separator: "\t")
        case .json: try JSONRenderer(self, isLines: false)
        case .jsonl: try JSONRenderer(self, isLines: true)
        case .markdown: MarkdownRenderer(self)
        case .vertical: try VerticalRenderer(self)
        case .html: HTMLRenderer(self)
        }
    }

    /// The cells of a row as text; nil is NULL.
    func cells(_ texts: [ValueText], _ chunk: Chunk, _ row: Int, _ scratch: ByteSink) throws(SQLError) -> [String?] {
        var cells: [String?] = []
        cells.reserveCapacity(texts.count)
        for (index, text) in texts.enumerated() {
            if chunk.columns[index].isNull(row) {
                cells.append(nil)
                continue
            }
            scratch.truncate()
            try text.append(row, to: scratch)
            cells.append(scratch.string)
        }
        return cells
    }

    func text(_ column: Column) -> ValueText { ValueText(column, zone: zone, objects: objects) }
    func texts(_ chunk: Chunk) -> [ValueText] { chunk.columns.map(text) }
}
