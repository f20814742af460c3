/// The numbers of types, which clients know by heart.

/// - Source: PostgreSQL, src/include/catalog/pg_type.dat.
package enum ObjectID {
    package static let boolean: UInt32 = 16, bytea: UInt32 = 17, char: UInt32 = 18, name: UInt32 = 19, int8: UInt32 = 20, int2: UInt32 = 21
    package static let int4: UInt32 = 23, regproc: UInt32 = 24, text: UInt32 = 25, oid: UInt32 = 26, xid: UInt32 = 28, cid: UInt32 = 29
    package static let json: UInt32 = 114, xml: UInt32 = 142, float4: UInt32 = 700, float8: UInt32 = 701, unknown: UInt32 = 705
    package static let money: UInt32 = 790, bpchar: UInt32 = 1042, varchar: UInt32 = 1043, date: UInt32 = 1082, time: UInt32 = 1083
    package static let timestamp: UInt32 = 1114, timestamptz: UInt32 = 1184, interval: UInt32 = 1186, timetz: UInt32 = 1266
    package static let numeric: UInt32 = 1700, regclass: UInt32 = 2205, regtype: UInt32 = 2206, record: UInt32 = 2249, void: UInt32 = 2278
    package static let cstring: UInt32 = 2275, uuid: UInt32 = 2950, jsonb: UInt32 = 3802, recordArray: UInt32 = 2287
    package static let regnamespace: UInt32 = 4089, regrole: UInt32 = 4096, nodeTree: UInt32 = 194, aclItem: UInt32 = 1033
    package static let int2vector: UInt32 = 22, oidvector: UInt32 = 30

    /// Types and those of their arrays.
    private static let arrays: [(element: UInt32, array: UInt32)] = [
        (boolean, 1000), (bytea, 1001), (char, 1002), (name, 1003), (int2, 1005), (int4, 1007), (regproc, 1008), (text, 1009),
        (bpchar, 1014), (varchar, 1015), (int8, 1016), (float4, 1021), (float8, 1022), (oid, 1028), (timestamp, 1115), (date, 1182),
        (time, 1183), (timestamptz, 1185), (interval, 1187), (numeric, 1231), (timetz, 1270), (json, 199), (record, recordArray),
        (regclass, 2210), (regtype, 2211), (uuid, 2951), (jsonb, 3807), (xid, 1011), (regnamespace, 4090), (regrole, 4097),
        (aclItem, 1034), (int2vector, 1006), (oidvector, 1013),
    ]

    package static func array(of element: UInt32) -> UInt32 { arrays.first { $0.element == element }?.array ?? 1009 }
    package static func element(of array: UInt32) -> UInt32? { arrays.first { $0.array == array }?.element }
}
