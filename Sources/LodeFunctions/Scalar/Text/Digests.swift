/// Digests of texts and bytes.

import Crypto
import LodeCore
import LodeVectors

extension ScalarFunction {
    /// Of a text, in hexadecimal; of bytes, as bytes (but for md5, as in PostgreSQL).
    static let digests: [ScalarFunction] = [
        digest(
            "md5", Insecure.MD5.self, "The MD5 digest, in hexadecimal.", ofBytes: .varchar,
            [("md5('a')", "0cc175b9c0f1b6a831c399e269772661")]),
        digest(
            "sha1", Insecure.SHA1.self, "The SHA-1 digest: of a text in hexadecimal, of bytes as bytes.", ofBytes: .varbinary,
            [("sha1('a')", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8")]),
        digest(
            "sha256", SHA256.self, "The SHA-256 digest: of a text in hexadecimal, of bytes as bytes.", ofBytes: .varbinary,
            [("sha256('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb")]),
        digest(
            "sha512", SHA512.self, "The SHA-512 digest: of a text in hexadecimal, of bytes as bytes.", ofBytes: .varbinary,
            [("left(sha512('a'), 16)", "1f40fc92da241694")]),
    ]

    private static func digest<Hash: HashFunction>(
        _ name: String, _ hash: Hash.Type, _ summary: String, ofBytes type: SQLType, _ examples: [(String, String)]
    ) -> ScalarFunction {
        ScalarFunction(
            name, "text", summary, source: "PostgreSQL 17, 9.4 and 9.5; DuckDB, Text Functions", examples: examples,
            .strict([.varchar], .varchar, canFail: false) { call throws(SQLError) in
                try call.mapBytes { (_, bytes, sink) throws(SQLError) in try append(Hash.self, bytes, isHex: true, to: sink) }
            },
            .strict([.varbinary], type, canFail: false) { call throws(SQLError) in
                try call.mapBytes(to: type) { (_, bytes, sink) throws(SQLError) in
                    try append(Hash.self, bytes, isHex: type == .varchar, to: sink)
                }
            })
    }

    private static func append<Hash: HashFunction>(
        _ hash: Hash.Type, _ bytes: UnsafeRawBufferPointer, isHex: Bool, to sink: ByteSink
    ) throws(SQLError) {
        var state = Hash()
        state.update(bufferPointer: bytes)
        let digest = state.finalize()
        if isHex { return try Encoding.hexLower(digest, sink) }
        for byte in digest { try sink.append(byte) }
    }
}
