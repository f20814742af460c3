/// Reading ranges of one object.

import LodeCore

/// An open object. Any number of threads may read it at the same time.
///
/// The bytes are those of the object that was opened, even if another one has since been written under its path.
package protocol ObjectReader: AnyObject, Sendable {
    var path: String { get }
    /// Bytes, as of opening.
    var size: Int { get }
    /// Changes whenever the bytes under the path change; empty if that can't be told.
    var etag: String { get }

    /// Copies exactly `count` bytes from `offset` on to `destination`, which has room for them.
    /// - Throws: `XX001` if the range goes beyond the end or the object was cut off meanwhile, `58030` if reading fails.
    func read(offset: Int, count: Int, into destination: UnsafeMutableRawPointer) throws(SQLError)

    /// Whether it pays to find out early what will be read, and to say so.
    var gainsByAsking: Bool { get }

    /// Whether a range can be read without waiting for somebody else than this machine.
    func isHere(_ range: Range<Int>) -> Bool

    /// Says which ranges will be read soon, so that they can be fetched ahead. A hint: it never fails.
    func willNeed(_ ranges: [Range<Int>])

    /// The same.
    /// - Parameter arrived: called once, when whoever reads the ranges need not wait for them; perhaps at once. It must not wait.
    func willNeed(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void)

    /// The same for who says nothing of what comes after: reading from front to back is followed all the same.
    func fetchAhead(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void)
}

extension ObjectReader {
    package var etag: String { "" }
    package var gainsByAsking: Bool { false }
    package func isHere(_ range: Range<Int>) -> Bool { true }

    package func willNeed(_ ranges: [Range<Int>]) {}

    package func willNeed(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void) {
        willNeed(ranges)
        arrived()
    }

    package func fetchAhead(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void) { arrived() }

    /// The bytes of a range in an array of its own.
    package func read(offset: Int, count: Int) throws(SQLError) -> [UInt8] {
        try checkRange(offset: offset, count: count)
        // Filling an array of no capacity writes to the one empty array that all threads share.
        guard count > 0 else { return [] }
        var failure: SQLError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            do throws(SQLError) {
                try read(offset: offset, count: count, into: UnsafeMutableRawPointer(base))
                initialized = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// - Throws: `XX001` unless the range lies within the object.
    package func checkRange(offset: Int, count: Int) throws(SQLError) {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw SQLError(
                .dataCorrupted, "unexpected end of file", in: path,
                detail: "\(count) bytes are wanted at offset \(offset); the file has \(size).",
                hint: "The file is cut off or damaged: write or fetch it again.")
        }
    }
}
