/// Comments on objects, and whether their names alone find them.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let catalogComments: [ScalarFunction] = [
        catalog(
            "obj_description", "The comment on an object, which the named catalog lists.", [("obj_description(1, 'pg_class')", "NULL")],
            .row([.catalog(.oid), .catalog(.name)], .varchar) { (call) throws(SQLError) in
                try comment(call, ObjectKind(rawValue: call.text(1)))
            },
            .row([.catalog(.oid)], .varchar) { (call) throws(SQLError) in
                for kind in ObjectKind.allCases {
                    let found = try comment(call, kind)
                    if !found.isNull { return found }
                }
                return .null
            }),
        catalog(
            "shobj_description", "The comment on an object of the whole server.", [("shobj_description(1, 'pg_database')", "NULL")],
            .row([.catalog(.oid), .catalog(.name)], .varchar) { (call) throws(SQLError) in
                try comment(call, ObjectKind(rawValue: call.text(1)))
            }),
        catalog(
            "col_description", "The comment on a column of a relation.", [("col_description(1, 1)", "NULL")],
            .row([.catalog(.oid), .integer], .varchar) { (call) throws(SQLError) in
                guard let table = try call.catalog.object(.relation, call.number(0) ?? 0), let number = call.number(1),
                    number >= 1, number <= table.columns.count
                else { return .null }
                return table.columns[Int(number) - 1].comment.map { .text($0) } ?? .null
            }),
        visible("table", .relation), visible("type", .type), visible("function", .function), visible("statistics_obj", .statistics),
        visible("operator", .operator, none: 0), visible("collation", .collation, none: 0),
        visible("opclass", .operatorClass, none: 0), visible("opfamily", .operatorFamily, none: 0),
        unknown("conversion"), unknown("ts_config"), unknown("ts_dict"), unknown("ts_parser"),
        unknown("ts_template"),
    ]

    private static func comment(_ call: RowCall, _ kind: ObjectKind?) throws(SQLError) -> Value {
        guard let kind else { return .null }
        return try call.catalog.object(kind, call.number(0) ?? 0)?.comment.map { .text($0) } ?? .null
    }

    /// - Parameter none: a number that no such object has, for the example.
    private static func visible(_ noun: String, _ kind: ObjectKind, none: Int = 1) -> ScalarFunction {
        let name = "pg_\(noun)_is_visible"
        return catalog(
            name, "Whether the name alone finds the object along the search path; NULL if there is none.", [("\(name)(\(none))", "NULL")],
            .row([.catalog(.oid)], .boolean) { (call) throws(SQLError) in
                try call.catalog.object(kind, call.number(0) ?? 0).map { .boolean($0.isVisible) } ?? .null
            })
    }

    /// Of kinds that there are none of.
    private static func unknown(_ noun: String) -> ScalarFunction {
        let name = "pg_\(noun)_is_visible"
        return catalog(
            name, "NULL: there are no such objects.", [("\(name)(1)", "NULL")],
            .row([.catalog(.oid)], .boolean, canFail: false) { (_) throws(SQLError) in .null })
    }
}
