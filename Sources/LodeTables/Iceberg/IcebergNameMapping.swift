/// What the columns of a table are called in files that do not number them.

import LodeCore
import LodeVectors

/// - Source: Iceberg Table Spec, "Column Projection"; Appendix C "Name Mapping Serialization".
package struct IcebergNameMapping: Sendable {
    /// By the number of a field. A number may stand in several places; the names of all of them count.
    private var names: [Int: [String]] = [:]

    /// - Throws: `XX001` for what is no mapping.
    init(_ json: String) throws(SQLError) {
        do throws(SQLError) {
            try JSONReader.read(json) { (reader) throws(SQLError) in try read(&reader) }
        } catch {
            throw error.within("schema.name-mapping.default")
        }
    }

    private mutating func read(_ reader: inout JSONReader) throws(SQLError) {
        try reader.array { (reader) throws(SQLError) in
            var id: Int64?, own: [String] = []
            try reader.object { (reader, name) throws(SQLError) in
                if try reader.takeNull() { return }
                switch name {
                case "field-id": id = try reader.integer()
                case "names": own = try reader.strings()
                case "fields": try read(&reader)
                default: try reader.skip()
                }
            }
            if let id { names[Int(id), default: []] += own }
        }
    }

    func names(of id: Int) -> [String] { names[id] ?? [] }

    /// The mapping for files whose columns have the names that the table gives them.
    static func tree(of fields: [IcebergField]) -> JSONTree {
        .array(
            fields.map { field in
                let parts = field.type.parts
                return .object(
                    [.init("field-id", .integer(field.id)), .init("names", .strings([field.name]))]
                        + (parts.isEmpty ? [] : [.init("fields", tree(of: parts))]))
            })
    }
}
