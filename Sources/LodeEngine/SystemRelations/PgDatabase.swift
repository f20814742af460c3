/// `pg_database`: there is one.

import LodeCatalog
import LodeCore

enum PgDatabase: SystemRelation {
    static let name = "pg_database"
    private static let utf8: Int64 = 6, tablespace: Int64 = 1663

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        [
            [
                .number(ObjectNumbers.database), .text(scope.engine.databaseName), .number(ObjectNumbers.firstRole), .number(utf8),
                // datlocprovider, datistemplate, datallowconn, datconnlimit, datfrozenxid, datminmxid, dattablespace
                .text("c"), .no, .yes, .number(-1), .zero, .zero, .number(tablespace),
                // datcollate, datctype, daticulocale, datcollversion, datacl
                .text(scope.settings["lc_collate"]), .text(scope.settings["lc_ctype"]), .null, .null, .null,
            ]
        ]
    }
}
