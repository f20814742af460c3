/// Writing JSON: one object a line, or an array of objects.

import LodeCore
import LodeVectors

struct JSONWriteOptions: Sendable {
    var isArray = false
    var compression: String?
    var dateFormat: DateFormat?
    var timestampFormat: DateFormat?

    static let names = ["array", "compression", "format", "dateformat", "timestampformat"]

    init(_ options: FormatOptions = FormatOptions()) throws(SQLError) {
        try options.check(known: Self.names, format: "json")
        isArray = try options.flag("array") ?? false
        compression = try options.text("compression")
        if let pattern = try options.text("dateformat") { dateFormat = try DateFormat(pattern) }
        if let pattern = try options.text("timestampformat") { timestampFormat = try DateFormat(pattern) }
    }
}

/// One worker's rows as JSON objects.
final class JSONWriterLane: TextFileLane {
    private let options: JSONWriteOptions
    /// `"name":`, with the brace or comma before it.
    private let prefixes: [[UInt8]]

    init(_ file: TextFile, _ schema: Schema, _ options: JSONWriteOptions) throws(SQLError) {
        self.options = options
        var prefixes: [[UInt8]] = []
        for (index, field) in schema.fields.enumerated() {
            let sink = try ByteSink()
            try sink.append(index == 0 ? "{" : ",")
            try ValueJSON.appendString(field.name, to: sink)
            try sink.append(":")
            prefixes.append(Array(sink.bytes))
        }
        self.prefixes = prefixes
        try super.init(file)
    }

    override func render(_ chunk: Chunk, to sink: ByteSink) throws(SQLError) {
        let texts = chunk.columns.map { ValueJSON($0, dateFormat: options.dateFormat, timestampFormat: options.timestampFormat) }
        var row = 0
        while row < chunk.count {
            if options.isArray { try sink.append(",\n") }
            for index in texts.indices {
                try append(prefixes[index], to: sink)
                try texts[index].append(row, to: sink)
            }
            try sink.append(texts.isEmpty ? "{}" : "}")
            if !options.isArray { try sink.append(UInt8(ascii: "\n")) }
            row &+= 1
        }
    }

    private func append(_ bytes: [UInt8], to sink: ByteSink) throws(SQLError) {
        let out = try sink.reserve(bytes.count)
        bytes.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { out.update(from: base, count: source.count) }
        }
        sink.advance(bytes.count)
    }
}
