/// Who takes the rows of a statement, and what the statement says of itself at the end.

import LodeCore
import LodeVectors

/// Takes a result as it is produced. Called on the thread that executes the statement.
package protocol ResultSink: AnyObject {
    /// The columns, before any row; not called for statements without a result.
    func begin(_ columns: [Field]) throws(SQLError)
    /// The columns of a cursor that was declared BINARY.
    func begin(binary columns: [Field]) throws(SQLError)
    /// - Returns: whether more rows are wanted.
    func rows(_ chunk: Chunk) throws(SQLError) -> Bool
}

extension ResultSink {
    package func begin(binary columns: [Field]) throws(SQLError) { try begin(columns) }
}

/// How a statement ended.
package struct StatementOutcome: Sendable {
    /// As PostgreSQL tags it: `SELECT 5`, `INSERT 0 100`, `CREATE TABLE`.
    package var tag: String
    package var receipt: Receipt
    /// What the user should know although nothing went wrong: a sentence each, in lower case.
    package var notices: [String]

    package init(tag: String, receipt: Receipt = Receipt(), notices: [String] = []) {
        self.tag = tag
        self.receipt = receipt
        self.notices = notices
    }
}

/// What a statement did and cost.
package struct Receipt: Sendable {
    package var elapsedNanoseconds: UInt64 = 0
    /// Rows returned or written.
    package var rows = 0
    package var filesRead = 0
    package var filesPruned = 0
    package var partitionsPruned = 0
    package var rowGroupsRead = 0
    package var rowGroupsPruned = 0
    package var bytesRead = 0
    /// Requests to remote stores, and bytes of their answers.
    package var requests = 0
    package var bytesFetched = 0
    /// Reads of remote stores that the cache answered, and what it gave.
    package var cacheHits = 0
    package var bytesCached = 0
    package var filesWritten = 0
    package var bytesWritten = 0
    /// Bad rows that `ignore_errors` left out or `rejects_table` kept.
    package var rowsRejected = 0
    package var memoryPeak = 0
    /// The version of the table that was written.
    package var version: Int64?

    package init() {}

    /// Takes over what the statement has asked of remote stores so far.
    mutating func take(_ use: RemoteUse) {
        requests = use.requests
        bytesFetched = use.bytes
        cacheHits = use.cacheHits
        bytesCached = use.cachedBytes
    }

    /// One line: `1,204 rows in 0.31 s; read 12 MiB in 3 files (2 pruned); …`.
    package var line: String {
        var parts = ["\(Self.grouped(rows)) row\(rows == 1 ? "" : "s") in \(Self.seconds(elapsedNanoseconds))"]
        if bytesRead > 0 || filesRead > 0 {
            var read = "read \(ByteSize.text(bytesRead)) in \(filesRead) file\(filesRead == 1 ? "" : "s")"
            var spared: [String] = []
            if filesPruned > 0 { spared.append("\(filesPruned) files pruned") }
            if rowGroupsPruned > 0 { spared.append("\(rowGroupsPruned) of \(rowGroupsRead + rowGroupsPruned) row groups pruned") }
            if !spared.isEmpty { read += " (\(spared.joined(separator: ", ")))" }
            parts.append(read)
        }
        if requests > 0 {
            parts.append("\(Self.grouped(requests)) request\(requests == 1 ? "" : "s"), \(ByteSize.text(bytesFetched)) fetched")
        }
        if cacheHits > 0 {
            parts.append("\(Self.grouped(cacheHits)) cache hit\(cacheHits == 1 ? "" : "s"), \(ByteSize.text(bytesCached)) from the cache")
        }
        if filesWritten > 0 { parts.append("wrote \(ByteSize.text(bytesWritten)) in \(filesWritten) file\(filesWritten == 1 ? "" : "s")") }
        if rowsRejected > 0 { parts.append("\(Self.grouped(rowsRejected)) bad rows left out") }
        if let version { parts.append("version \(version)") }
        return parts.joined(separator: "; ")
    }

    package static func seconds(_ nanoseconds: UInt64) -> String {
        let millis = Double(nanoseconds) / 1_000_000
        if millis < 10 { return "\((millis * 100).rounded() / 100) ms" }
        if millis < 1000 { return "\(Int(millis.rounded())) ms" }
        return "\((millis / 10).rounded() / 100) s"
    }

    package static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }
}
