/// What the server says of itself, and the sizes of what it keeps.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let server: [ScalarFunction] = [
        catalog(
            "pg_postmaster_start_time", aliases: ["pg_conf_load_time"], "When the server began.",
            [("pg_postmaster_start_time() <= now()", "true")],
            .row([], .timestamptz, canFail: false) { (call) throws(SQLError) in .timestamp(call.catalog.startMicros) }),
        fixed("pg_is_in_recovery", "Whether the server only repeats what another one does.", .boolean, .boolean(false), "false"),
        fixed("pg_is_wal_replay_paused", "Whether the repeating is paused.", .boolean, .boolean(false), "false"),
        catalog(
            "pg_my_temp_schema", "The number of the schema of temporary tables, 0 as long as there is none.",
            [("pg_my_temp_schema()", "0")],
            .row([], .catalog(.oid)) { (call) throws(SQLError) in
                .integer(try call.catalog.object(.schema, named: "pg_temp")?.number ?? 0)
            }),
        fixed("pg_client_encoding", aliases: ["getdatabaseencoding"], "The encoding of text.", .catalog(.name), .text("UTF8"), "UTF8"),
        fixed("inet_server_addr", aliases: ["inet_client_addr"], "The address of the connection; it is not told.", .varchar, .null, "NULL"),
        fixed("inet_server_port", aliases: ["inet_client_port"], "The port of the connection; it is not told.", .integer, .null, "NULL"),
        catalog(
            "pg_is_other_temp_schema", "Whether a schema holds the temporary tables of another session; they have none that is seen.",
            [("pg_is_other_temp_schema(1)", "false")],
            .row([.catalog(.oid)], .boolean, canFail: false) { (_) throws(SQLError) in .boolean(false) }),
        catalog(
            "pg_tablespace_location", "The folder of a tablespace; all are below the warehouse.",
            [("length(pg_tablespace_location(1663))", "0")],
            .row([.catalog(.oid)], .varchar, canFail: false) { (_) throws(SQLError) in .text("") }),
        catalog(
            "txid_current", aliases: ["pg_current_xact_id"], "A number of the transaction: the microsecond in which it began.",
            [("txid_current() = txid_current()", "true")], source: "PostgreSQL 17, 9.27.8",
            .row([], .bigint, canFail: false) { (call) throws(SQLError) in .integer(call.context.transactionMicros) }),
        catalog(
            "pg_relation_is_publishable", "Whether a relation could be published: tables can.", [("pg_relation_is_publishable(1)", "NULL")],
            .row([.catalog(.regclass)], .boolean) { (call) throws(SQLError) in
                try call.catalog.object(.relation, call.number(0) ?? 0).map { .boolean($0.kind == "r") } ?? .null
            }),
        ScalarFunction(
            "pg_size_pretty", "catalog", "A number of bytes in a unit that suits it.", source: "PostgreSQL 17, 9.28.7",
            examples: [
                ("pg_size_pretty(10239::bigint)", "10239 bytes"), ("pg_size_pretty(10240::bigint)", "10 kB"),
                ("pg_size_pretty(20000000::bigint)", "19 MB"),
            ],
            .row([.bigint], .varchar, canFail: false) { (call) throws(SQLError) in .text(prettySize(call.number(0) ?? 0)) }),
        size("pg_relation_size", aliases: ["pg_table_size", "pg_total_relation_size"], "The bytes of a relation's files."),
        catalog(
            "pg_indexes_size", "The bytes of a table's indexes: there are none.", [("pg_indexes_size(1)", "NULL")],
            .row([.catalog(.regclass)], .bigint) { (call) throws(SQLError) in
                try call.catalog.object(.relation, call.number(0) ?? 0).map { _ in .integer(0) } ?? .null
            }),
        whole("pg_database_size", .database, "The bytes of all files of the database."),
        whole("pg_tablespace_size", .tablespace, "The bytes of all files of the tablespace."),
    ]

    private static func fixed(
        _ name: String, aliases: [String] = [], _ summary: String, _ type: SQLType, _ value: Value, _ shown: String
    ) -> ScalarFunction {
        catalog(
            name, aliases: aliases, summary, [("\(name)()", shown)],
            .row([], type, canFail: false) { (_) throws(SQLError) in value })
    }

    private static func size(_ name: String, aliases: [String], _ summary: String) -> ScalarFunction {
        catalog(
            name, aliases: aliases, summary, [("\(name)(1)", "NULL")],
            .row([.catalog(.regclass), .varchar], .bigint, optional: 1) { (call) throws(SQLError) in
                try call.catalog.byteCount(.relation, call.number(0) ?? 0).map { .integer($0) } ?? .null
            })
    }

    /// Of a database or a tablespace, by name or by number.
    private static func whole(_ name: String, _ kind: ObjectKind, _ summary: String) -> ScalarFunction {
        catalog(
            name, summary, [("\(name)(1)", "NULL")],
            .row([.catalog(.oid)], .bigint) { (call) throws(SQLError) in
                try call.catalog.byteCount(kind, call.number(0) ?? 0).map { .integer($0) } ?? .null
            },
            .row([.varchar], .bigint) { (call) throws(SQLError) in
                if let found = try call.catalog.object(kind, named: call.text(0)) {
                    return try call.catalog.byteCount(kind, found.number).map { .integer($0) } ?? .null
                }
                throw SQLError(.invalidCatalogName, "\(kind == .database ? "database" : "tablespace") \"\(call.text(0))\" does not exist")
            })
    }

    /// - Source: PostgreSQL, `pg_size_pretty`: each unit until 10,239 of it, rounded to halves away from zero.
    static func prettySize(_ bytes: Int64) -> String {
        var size = bytes, isHalved = false
        let units = ["bytes", "kB", "MB", "GB", "TB", "PB"]
        for (index, unit) in units.enumerated() {
            let limit: Int64 = index == 0 ? 10 * 1024 : 20 * 1024 - 1
            if size.magnitude < UInt64(limit) || index == units.count - 1 {
                if isHalved { size = (size + (size < 0 ? -1 : 1)) / 2 }
                return "\(size) \(unit)"
            }
            // One bit more than the unit has, to round by.
            size /= isHalved ? 1024 : 512
            isHalved = true
        }
        return "\(size)"
    }
}
