// Rules for errors and columns that hold for every reader.

import LodeCore
import LodeObjectStore
import LodeVectors

@testable import LodeFormats

/// An error that a damaged file may lead to.
func clean(_ error: SQLError, inFile: Bool = false) throws {
    try require(error.state != .internalError, "damage is no fault of the engine: \(error)")
    try require(!error.message.isEmpty, "an error says something")
    if inFile { try require(error.place != nil, "an error of a file names its place: \(error)") }
}

/// An object in memory that remembers nothing.
final class FuzzObject: ObjectReader {
    let path: String
    private let bytes: [UInt8]
    init(_ bytes: [UInt8], path: String = "fuzz") {
        self.bytes = bytes
        self.path = path
    }
    var size: Int { bytes.count }
    func read(offset: Int, count: Int, into destination: UnsafeMutableRawPointer) throws(SQLError) {
        try checkRange(offset: offset, count: count)
        bytes.withUnsafeBytes { destination.copyMemory(from: $0.baseAddress.unsafelyUnwrapped + offset, byteCount: count) }
    }
}

/// What every column keeps: lanes of NULL rows included, since kernels compute those too.
enum ColumnRules {
    static func check(_ chunk: Chunk, _ schema: [Field]) throws {
        try require(chunk.count >= 1 && chunk.count <= Chunk.capacity, "a chunk of \(chunk.count) rows")
        try require(chunk.columns.count == schema.count, "a chunk has the columns that were asked for")
        for (column, field) in zip(chunk.columns, schema) {
            try require(column.type == field.type, "column \(field.name) is \(column.type), not \(field.type)")
            try require(column.count == chunk.count, "a column has \(column.count) rows in a chunk of \(chunk.count)")
            try check(column)
        }
    }

    static func check(_ column: Column) throws {
        switch column.layout {
        case .dictionary:
            guard let dictionary = column.dictionary else { throw BrokenRule("codes without a dictionary") }
            try require(dictionary.layout == .flat && dictionary.validityBuffer == nil, "a dictionary is flat, without nulls")
            let codes = column.lanes(as: Int32.self)
            for row in 0..<column.count {
                try require(codes[row] >= 0 && Int(codes[row]) < dictionary.count, "code \(codes[row]) of \(dictionary.count)")
            }
            if dictionary.count <= 4 * column.count { try lanes(dictionary, dictionary.count) }
        case .constant: try lanes(column, min(1, column.count))
        case .flat: try lanes(column, column.count)
        }
        try texts(column)
    }

    private static func lanes(_ column: Column, _ count: Int) throws {
        switch column.type {
        case .varchar, .char, .json:
            for row in 0..<count {
                let isValid = column.lanes(as: StringView.self)[row].withBytes { bytes in
                    String(validating: bytes, as: UTF8.self) != nil
                }
                try require(isValid, "a text is not UTF-8")
            }
        case .varbinary:
            for row in 0..<count { _ = column.lanes(as: StringView.self)[row].withBytes { $0.reduce(0, ^) } }
        case .boolean:
            for row in 0..<count { try require(column.lanes(as: UInt8.self)[row] <= 1, "a boolean is 0 or 1") }
        case .list, .map:
            let elements = column.children[0].count
            try require(column.children.allSatisfy { $0.count == elements }, "keys and values of a map pair up")
            for row in 0..<count {
                let range = column.lanes(as: ListRange.self)[row]
                try require(Int(range.offset) + Int(range.count) <= elements, "a list lies within its elements")
            }
            for child in column.children { try check(child) }
        case .structure(let fields):
            try require(column.children.count == fields.count, "a struct has a column for every field")
            for child in column.children {
                try require(child.count == column.count, "a field has a value for every struct")
                try check(child)
            }
        default: break
        }
    }

    /// Every value can be shown.
    private static func texts(_ column: Column) throws {
        let text = ValueText(column)
        let sink = try ByteSink()
        for row in 0..<min(column.count, 300) {
            try text.append(row, to: sink)
            sink.truncate()
        }
    }
}
