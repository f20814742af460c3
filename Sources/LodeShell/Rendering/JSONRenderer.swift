/// JSON: an array of objects, or one object a line.

import LodeCore
import LodeVectors

/// Numbers are numbers, but decimals and integers beyond 2^53 are strings, since readers of JSON would round them. Lists and structs are
/// arrays and objects; everything else is the text that the shell shows.
final class JSONRenderer: ResultRenderer {
    private let context: RenderingContext
    private let isLines: Bool
    private let out: ByteSink
    private var fields: [Field] = []
    private var count = 0

    init(_ context: RenderingContext, isLines: Bool) throws(SQLError) {
        self.context = context
        self.isLines = isLines
        out = try ByteSink(capacity: 1 << 16)
    }

    func begin(_ columns: [Field]) throws(SQLError) {
        fields = columns
        if !isLines { try out.append("[" as StaticString) }
    }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        let values = chunk.columns.map { ValueJSON($0, quotesLargeNumbers: true, zone: context.zone) }
        for row in 0..<chunk.count {
            if !isLines { try out.append(count == 0 ? "\n" : ",\n" as StaticString) }
            try out.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { try out.append(UInt8(ascii: ",")) }
                try ValueJSON.appendString(field.name, to: out)
                try out.append(UInt8(ascii: ":"))
                try values[index].append(row, to: out)
            }
            try out.append(UInt8(ascii: "}"))
            if isLines { try out.append(10) }
            count += 1
            if out.count > 1 << 15 { try flush() }
        }
        try flush()
        return true
    }

    func finish() throws(SQLError) {
        if fields.isEmpty { return }
        if !isLines { try out.append(count == 0 ? "]\n" : "\n]\n" as StaticString) }
        try flush()
    }

    private func flush() throws(SQLError) {
        try context.output.write(out)
        out.truncate()
    }
}
