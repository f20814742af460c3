/// What all of Parquet's metadata structs can do: be read from and written to Thrift.

import LodeCore

/// A struct of `parquet.thrift`.
protocol ThriftStruct: Sendable {
    /// Reads the struct that begins here.
    /// - Throws: `XX001`.
    init(from reader: inout ThriftReader) throws(SQLError)

    /// Writes the struct's fields, without the struct's own frame.
    func writeFields(_ writer: inout ThriftWriter)
}

extension ThriftStruct {
    /// The struct as a message of its own: a footer, a page header, an index.
    func thriftBytes() -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { writeFields(&$0) }
        return writer.bytes
    }

    /// Reads a struct that is a field or a list element.
    init(_ field: ThriftField, from reader: inout ThriftReader) throws(SQLError) {
        guard field.type == .structure else { throw reader.corrupt("field \(field.id) is not a struct") }
        try self.init(from: &reader)
    }
}

extension ThriftReader {
    /// A list of structs.
    mutating func structs<S: ThriftStruct>(_ field: ThriftField, _: S.Type) throws(SQLError) -> [S] {
        var result: [S] = []
        try list(field) { (reader, element) throws(SQLError) in result.append(try S(element, from: &reader)) }
        return result
    }
}

extension ThriftWriter {
    mutating func field<S: ThriftStruct>(_ id: Int16, _ value: S?) {
        guard let value else { return }
        structure(id, value.writeFields)
    }

    mutating func field<S: ThriftStruct>(_ id: Int16, structs: [S]?) {
        field(id, list: structs, of: .structure) { writer, each in writer.structure(each.writeFields) }
    }
}
