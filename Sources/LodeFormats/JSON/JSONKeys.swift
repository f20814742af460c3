/// Finding the field that a key names.

import Glibc

/// Fields by the bytes of their names. Objects mostly have their keys in one order, so the next one is tried first.
struct JSONKeys: Sendable {
    private let names: [[UInt8]]
    private let indexes: [[UInt8]: Int]

    init(_ names: [String]) {
        self.names = names.map { Array($0.utf8) }
        indexes = Dictionary(zip(self.names, self.names.indices)) { first, _ in first }
    }

    @inline(__always)
    func index(of key: JSONToken, _ base: UnsafePointer<UInt8>, expected: Int) -> Int? {
        let count = key.end &- key.start
        if expected < names.count, !key.hasEscapes, names[expected].count == count {
            let isSame = names[expected].withUnsafeBufferPointer { name in
                name.baseAddress.map { memcmp($0, base + key.start, count) == 0 } ?? true
            }
            if isSame { return expected }
        }
        return lookUp(key, base)
    }

    private func lookUp(_ key: JSONToken, _ base: UnsafePointer<UInt8>) -> Int? {
        let bytes = Array(UnsafeBufferPointer(start: base + key.start, count: key.end - key.start))
        guard key.hasEscapes else { return indexes[bytes] }
        var text = [UInt8](repeating: 0, count: bytes.count)
        let written = text.withUnsafeMutableBufferPointer { out in
            bytes.withUnsafeBufferPointer { source -> Int? in
                guard let from = source.baseAddress, let to = out.baseAddress else { return 0 }
                return JSONUnescape.text(from, source.count, to)
            }
        }
        return written.flatMap { indexes[Array(text[..<$0])] }
    }
}
