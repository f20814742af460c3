/// What objects were made by, as text.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let catalogDefinitions: [ScalarFunction] = [
        catalog(
            "pg_get_expr", "An expression of a catalog as text.", [("pg_get_expr('1 + 1'::pg_node_tree, 0)", "1 + 1")],
            .row([.catalog(.nodeTree), .catalog(.oid), .boolean], .varchar, optional: 1, canFail: false) { (call) throws(SQLError) in
                call.arguments[0]
            }),
        catalog(
            "pg_get_viewdef", "The query of a view.", [("pg_get_viewdef(1)", "NULL")],
            .row([.catalog(.oid), .boolean], .varchar, optional: 1) { (call) throws(SQLError) in try viewDefinition(call) },
            .row([.catalog(.oid), .integer], .varchar) { (call) throws(SQLError) in try viewDefinition(call) },
            .row([.varchar, .boolean], .varchar, optional: 1) { (call) throws(SQLError) in
                guard let found = try call.catalog.object(.relation, named: call.text(0)) else {
                    throw SQLError(.undefinedTable, "relation \"\(call.text(0))\" does not exist")
                }
                return found.kind == "v" ? text(found.definition) : .null
            }),
        catalog(
            "pg_get_constraintdef", "What a constraint says.", [("pg_get_constraintdef(1)", "NULL")],
            .row([.catalog(.oid), .boolean], .varchar, optional: 1) { (call) throws(SQLError) in
                // Without the second argument, the condition has parentheses of its own.
                guard case .text(let text) = try definition(call, .constraint) else { return .null }
                let isBare = text.string.hasPrefix("CHECK (") && !call.flag(1)
                return isBare ? .text("CHECK ((\(text.string.dropFirst(7).dropLast())))") : .text(text)
            }),
        catalog(
            "pg_get_indexdef", "The statement that makes an index, or the name of one of its columns.", [("pg_get_indexdef(1)", "NULL")],
            .row([.catalog(.oid)], .varchar) { (call) throws(SQLError) in try definition(call, .relation) { $0.kind == "i" } },
            .row([.catalog(.oid), .integer, .boolean], .varchar) { (call) throws(SQLError) in
                let column = call.number(1) ?? 0
                if column == 0 { return try definition(call, .relation) { $0.kind == "i" } }
                guard let index = try call.catalog.object(.relation, call.number(0) ?? 0), index.kind == "i" else { return .null }
                return column >= 1 && column <= index.columns.count ? .text(index.columns[Int(column) - 1].name) : .text("")
            }),
        catalog(
            "pg_get_functiondef", "The statement that makes a function.", [("pg_get_functiondef(1)", "NULL")],
            .row([.catalog(.oid)], .varchar) { (call) throws(SQLError) in try definition(call, .function) }),
        catalog(
            "pg_get_function_arguments", aliases: ["pg_get_function_identity_arguments"], "The parameters of a function.",
            [("pg_get_function_arguments(1)", "NULL")],
            .row([.catalog(.oid)], .varchar) { (call) throws(SQLError) in
                text(try call.catalog.object(.function, call.number(0) ?? 0)?.arguments)
            }),
        catalog(
            "pg_get_function_result", "What a function gives.", [("pg_get_function_result(1)", "NULL")],
            .row([.catalog(.oid)], .varchar) { (call) throws(SQLError) in
                text(try call.catalog.object(.function, call.number(0) ?? 0)?.result)
            }),
        catalog(
            "pg_get_serial_sequence", "The sequence that a column takes its values from: there are none.",
            [("pg_get_serial_sequence(NULL, 'a')", "NULL")],
            .row([.varchar, .varchar], .varchar) { (call) throws(SQLError) in
                guard let table = try call.catalog.object(.relation, named: call.text(0)) else {
                    throw SQLError(.undefinedTable, "relation \"\(call.text(0))\" does not exist")
                }
                guard table.columns.contains(where: { $0.name == call.text(1) }) else {
                    throw SQLError(.undefinedColumn, "column \"\(call.text(1))\" of relation \"\(table.name)\" does not exist")
                }
                return .null
            }),
        nothing("pg_get_triggerdef", "The statement that makes a trigger: there are none."),
        nothing("pg_get_ruledef", "The statement that makes a rule: there are none."),
        nothing("pg_get_partkeydef", "The key of a partitioned table in PostgreSQL's sense: there are none."),
        nothing("pg_get_partition_constraintdef", "The condition of a partition in PostgreSQL's sense: there are none."),
        nothing("pg_get_statisticsobjdef", "The statement that makes extended statistics: there are none."),
        nothing("pg_get_statisticsobjdef_columns", "The columns of extended statistics: there are none."),
        nothing("pg_get_statisticsobjdef_expressions", "The expressions of extended statistics: there are none.", .list(.varchar)),
        catalog(
            "pg_get_function_arg_default", "The default of a function's parameter: there are none.",
            [("pg_get_function_arg_default(1, 1)", "NULL")],
            .row([.catalog(.oid), .integer], .varchar, canFail: false) { (_) throws(SQLError) in .null }),
    ]

    private static func text(_ text: String?) -> Value { text.map { .text($0) } ?? .null }

    private static func viewDefinition(_ call: RowCall) throws(SQLError) -> Value {
        try definition(call, .relation) { $0.kind == "v" }
    }

    private static func definition(
        _ call: RowCall, _ kind: ObjectKind, where test: (ObjectFacts) -> Bool = { _ in true }
    ) throws(SQLError) -> Value {
        guard let found = try call.catalog.object(kind, call.number(0) ?? 0), test(found) else { return .null }
        return text(found.definition)
    }

    /// Of what Lode has none of: NULL for any number.
    private static func nothing(_ name: String, _ summary: String, _ type: SQLType = .varchar) -> ScalarFunction {
        catalog(
            name, summary, [("\(name)(1)", "NULL")],
            .row([.catalog(.oid), .boolean], type, optional: 1, canFail: false) { (_) throws(SQLError) in .null })
    }
}
