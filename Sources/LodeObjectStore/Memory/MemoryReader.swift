/// Reading an object in memory.

import LodeCore

/// Keeps the bytes as they were when it was opened.
final class MemoryReader: ObjectReader {
    let path: String
    let bytes: [UInt8]

    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    var size: Int { bytes.count }

    func read(offset: Int, count: Int, into destination: UnsafeMutableRawPointer) throws(SQLError) {
        try checkRange(offset: offset, count: count)
        bytes.withUnsafeBytes { buffer in
            if count > 0, let base = buffer.baseAddress { destination.copyMemory(from: base + offset, byteCount: count) }
        }
    }
}
