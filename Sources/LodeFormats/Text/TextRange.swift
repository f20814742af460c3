/// What a worker needs of a text file before it begins.

import LodeObjectStore

extension MorselBytes {
    /// The most that a worker waits for; what comes after follows while it reads.
    private static let most = 16 << 20

    /// The bytes of a range, of which all are read, from front to back; nil where nobody would have to wait for them.
    init?(text range: Range<Int>, of object: any ObjectReader) {
        guard object.gainsByAsking, range.lowerBound < object.size else { return nil }
        let end = min(object.size, range.upperBound), part = range.lowerBound..<min(end, range.lowerBound + Self.most)
        first = [part]
        firstCount = part.count
    }
}
