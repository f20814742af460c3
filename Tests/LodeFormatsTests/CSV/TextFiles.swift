// Files in memory for the tests of text formats.

import Glibc
import LodeCore
import LodeObjectStore
import LodeVectors

@testable import LodeFormats

/// A file that is an array.
final class BytesObject: ObjectReader {
    let path: String
    let bytes: [UInt8]
    let etag: String
    init(_ bytes: [UInt8], path: String = "test.csv", etag: String = "") {
        self.bytes = bytes
        self.path = path
        self.etag = etag
    }
    var size: Int { bytes.count }
    func read(offset: Int, count: Int, into destination: UnsafeMutableRawPointer) throws(SQLError) {
        try checkRange(offset: offset, count: count)
        bytes.withUnsafeBytes { if count > 0 { _ = memcpy(destination, $0.baseAddress! + offset, count) } }
    }
}

/// A file that is written into an array.
final class BytesSink: ObjectWriter {
    let path: String
    private(set) var bytes: [UInt8] = []
    private(set) var isFinished = false
    private(set) var isAborted = false
    init(_ path: String = "test.csv") { self.path = path }
    var position: Int { bytes.count }
    func write(_ more: UnsafeRawBufferPointer) throws(SQLError) { bytes += more }
    func finish() throws(SQLError) { isFinished = true }
    func abort() { isAborted = true }
}

final class Rejects: RejectSink {
    private let list = Lock<[RejectedRow]>([])
    func reject(_ row: RejectedRow) { list.withLock { $0.append(row) } }
    var rows: [RejectedRow] { list.withLock { $0 } }
}

/// All rows of a scan, its morsels one after another.
func allRows(_ scan: any FileScan, _ projection: [Int]? = nil, filters: [any ScanFilter] = []) throws -> [[Value]] {
    let request = ScanRequest(projection: projection ?? Array(0..<scan.schema.count), filters: filters, cancellation: Cancellation())
    var rows: [[Value]] = []
    for morsel in try scan.morsels() {
        let reader = try scan.reader(morsel, request)
        while let chunk = try reader.next() {
            #if DEBUG
                precondition(chunk.count > 0)
            #endif
            for row in 0..<chunk.count { rows.append(chunk.columns.map { $0.value(at: row) }) }
        }
    }
    return rows
}

func text(_ string: String) -> FormatOption { .value(.text(string)) }
func flag(_ flag: Bool) -> FormatOption { .value(.boolean(flag)) }
