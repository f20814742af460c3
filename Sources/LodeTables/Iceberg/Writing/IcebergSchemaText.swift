/// Schemas and partition specs as the metadata's JSON has them.

import LodeCore

/// - Source: Iceberg spec, Appendix C "Schemas", "Partition Specs".
extension IcebergType {
    var tree: JSONTree {
        switch self {
        case .boolean: .string("boolean")
        case .int: .string("int")
        case .long: .string("long")
        case .float: .string("float")
        case .double: .string("double")
        case .decimal(let precision, let scale): .string("decimal(\(precision),\(scale))")
        case .date: .string("date")
        case .time: .string("time")
        case .timestamp: .string("timestamp")
        case .timestamptz: .string("timestamptz")
        case .timestampNanos: .string("timestamp_ns")
        case .timestamptzNanos: .string("timestamptz_ns")
        case .string: .string("string")
        case .uuid: .string("uuid")
        case .fixed(let size): .string("fixed[\(size)]")
        case .binary: .string("binary")
        case .variant: .string("variant")
        case .unknown: .string("unknown")
        case .other(let name): .string(name)
        case .structure(let fields): .object([.init("type", .string("struct")), .init("fields", .array(fields.map(\.tree)))])
        case .list(let element):
            .object([
                .init("type", .string("list")), .init("element-id", .integer(element.id)), .init("element", element.type.tree),
                .init("element-required", .boolean(element.isRequired)),
            ])
        case .map(let key, let value):
            .object([
                .init("type", .string("map")), .init("key-id", .integer(key.id)), .init("key", key.type.tree),
                .init("value-id", .integer(value.id)), .init("value", value.type.tree), .init("value-required", .boolean(value.isRequired)),
            ])
        }
    }
}

extension IcebergField {
    var tree: JSONTree {
        var members: [JSONTree.Member] = [
            .init("id", .integer(id)), .init("name", .string(name)), .init("required", .boolean(isRequired)), .init("type", type.tree),
        ]
        if let doc { members.append(.init("doc", .string(doc))) }
        if let value = initialDefault.flatMap({ type.json(of: $0) }) { members.append(.init("initial-default", value)) }
        if let value = writeDefault.flatMap({ type.json(of: $0) }) { members.append(.init("write-default", value)) }
        return .object(members)
    }
}

extension IcebergSchema {
    var tree: JSONTree {
        let identifiers = identifierIDs.isEmpty
            ? [] : [JSONTree.Member("identifier-field-ids", .array(identifierIDs.map { .integer($0) }))]
        return .object(
            [.init("type", .string("struct")), .init("schema-id", .integer(id))] + identifiers
                + [.init("fields", .array(fields.map(\.tree)))])
    }
}

extension IcebergPartitionSpec {
    var tree: JSONTree { .object([.init("spec-id", .integer(id)), .init("fields", fieldTrees)]) }

    /// What a manifest notes.
    var fieldTrees: JSONTree {
        .array(
            fields.map { field in
                .object([
                    .init("source-id", .integer(field.sourceIDs.first ?? 0)), .init("field-id", .integer(field.fieldID)),
                    .init("name", .string(field.name)), .init("transform", .string(field.transform.text)),
                ])
            })
    }
}
