/// Bucket and key of a location.

import LodeCloud
import LodeCore

/// `s3://bucket/key`. Keys are the bytes of the text: nothing is decoded.
struct S3Location: Sendable, Hashable {
    /// `s3`, `s3a`, `s3n`, `gs` or `gcs`.
    var scheme: String
    var bucket: String
    /// Without a leading slash; empty for the bucket itself.
    var key: String

    static let schemes = ["s3", "s3a", "s3n", "gs", "gcs"]

    /// - Throws: `42602` for a location without a bucket, or with one that no bucket can be called.
    init(_ location: String) throws(SQLError) {
        guard let scheme = StorePath.scheme(of: location) else { throw SQLError(.invalidName, "\"\(location)\" names no bucket") }
        self.scheme = scheme
        let rest = location.dropFirst(scheme.count + 3)
        let bucket = rest.prefix { $0 != "/" }
        let isName = bucket.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard !bucket.isEmpty, bucket.utf8.count <= 255, isName, bucket != ".", bucket != ".." else {
            throw SQLError(.invalidName, "\"\(location)\" names no bucket", hint: "Write \(scheme)://bucket/key.")
        }
        self.bucket = String(bucket)
        key = String(rest[bucket.endIndex...].dropFirst())
        guard key.utf8.count <= 1_024 else {
            throw SQLError(.invalidName, "the key of \"\(location.prefix(80))…\" has more than 1024 bytes")
        }
    }

    var isGoogle: Bool { scheme == "gs" || scheme == "gcs" }
    /// The location of another key in the bucket.
    func path(_ key: some StringProtocol) -> String { key.isEmpty ? "\(scheme)://\(bucket)" : "\(scheme)://\(bucket)/\(key)" }
    var path: String { path(key) }
    /// What the keys of a folder's objects begin with.
    var prefix: String { key.isEmpty || key.hasSuffix("/") ? key : key + "/" }
}
