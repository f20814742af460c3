/// Reading partition specs.

import LodeCore
import LodeVectors

extension IcebergPartitionSpec {
    /// - Throws: `XX001` for what is none.
    /// - Source: Iceberg Table Spec, Appendix C "Partition Specs".
    init(_ reader: inout JSONReader) throws(SQLError) {
        var id: Int64?, fields: [IcebergPartitionField]?
        try reader.object { (reader, name) throws(SQLError) in
            switch name {
            case "spec-id": id = try reader.integer()
            case "fields": fields = try IcebergPartitionField.list(&reader)
            default: try reader.skip()
            }
        }
        guard let id, let fields else { throw JSONReader.corrupted("a partition spec has no spec-id or no fields") }
        self.init(id: Int(id), fields: fields)
    }
}

extension IcebergPartitionField {
    /// Fields without numbers, which version 1 may have, are numbered in their order.
    static func list(_ reader: inout JSONReader) throws(SQLError) -> [IcebergPartitionField] {
        var fields: [IcebergPartitionField] = []
        try reader.array { (reader) throws(SQLError) in
            var sources: [Int] = [], id: Int64?, name: String?, transform: String?
            try reader.object { (reader, member) throws(SQLError) in
                if try reader.takeNull() { return }
                switch member {
                case "source-id": sources = [Int(try reader.integer())]
                case "source-ids":
                    sources = []
                    try reader.array { (reader) throws(SQLError) in sources.append(Int(try reader.integer())) }
                case "field-id": id = try reader.integer()
                case "name": name = try reader.string()
                case "transform": transform = try reader.string()
                default: try reader.skip()
                }
            }
            guard let name, let transform, !sources.isEmpty else {
                throw JSONReader.corrupted("a partition field has no name, transform or source")
            }
            fields.append(
                IcebergPartitionField(
                    sourceIDs: sources, fieldID: id.map { Int($0) } ?? 1000 + fields.count, name: name,
                    transform: IcebergTransform(transform)))
        }
        return fields
    }
}
