/// Writing an object of S3.

import LodeCloud
import LodeCore

/// Small objects are sent whole at the end; larger ones in parts, several at a time, while they are written.
///
///     write ──▶ part 1 ──▶ part 2 ──▶ …        in flight: at most `mostInFlight`
///     seal  ──▶ the rest, and waits for all    nothing is visible yet
///     finish ─▶ one request that makes the object visible
final class S3Writer: ObjectWriter {
    private static let firstPartBytes = 8 << 20, mostInFlight = 4
    /// What is smaller waits in memory for the end, sealed or not.
    private static let smallBytes = 1 << 20
    static let mostParts = 10_000

    private let client: S3Client
    private let location: S3Location
    private var buffer: [UInt8] = []
    private var upload: S3Upload?
    private var running: [CloudCall] = []
    private var tags: [String] = []
    /// What sends all of a small object.
    private var sending: CloudCall?
    private(set) var position = 0
    private var isOpen = true
    private let firstPartBytes: Int

    init(_ client: S3Client, _ location: S3Location, partBytes: Int = S3Writer.firstPartBytes) {
        self.client = client
        self.location = location
        firstPartBytes = partBytes
    }

    deinit { abort() }

    var path: String { location.path }

    /// Parts grow, so that ten thousand of them hold the largest object.
    private var partBytes: Int { firstPartBytes << min(4, (tags.count + running.count) / 1_000) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        guard isOpen else { throw SQLError.internalFault("write to \"\(path)\" after it was finished") }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = min(rest.count, partBytes - buffer.count)
            buffer.append(contentsOf: rest.prefix(count))
            rest = rest.dropFirst(count)
            position += count
            if buffer.count >= partBytes { try send() }
        }
    }

    /// Sends the buffer as a part.
    private func send() throws(SQLError) {
        let upload: S3Upload
        if let begun = self.upload {
            upload = begun
        } else {
            upload = try client.begin(location)
            self.upload = upload
        }
        let number = tags.count + running.count + 1
        guard number <= Self.mostParts else { throw SQLError(.programLimitExceeded, "\"\(path)\" has more parts than an object may have") }
        if running.count >= Self.mostInFlight { try awaitOldest() }
        let part = buffer
        buffer = []
        buffer.reserveCapacity(min(part.count, partBytes))
        running.append(try client.part(number, of: upload, part))
    }

    /// Waits for the oldest part.
    private func awaitOldest() throws(SQLError) {
        let response = try running.removeFirst().value()
        guard response.isSuccess, let tag = response.headers["ETag"] else { throw client.error(response, "write", location) }
        tags.append(tag)
    }

    func seal() throws(SQLError) {
        guard isOpen else { throw SQLError.internalFault("\"\(path)\" was sealed after it was finished") }
        if upload == nil, buffer.count <= Self.smallBytes { return }
        if !buffer.isEmpty { try send() }
        while !running.isEmpty { try awaitOldest() }
    }

    func finish() throws(SQLError) {
        guard isOpen else { throw SQLError.internalFault("\"\(path)\" was finished twice") }
        if let upload {
            try seal()
            try client.complete(upload, tags: tags, size: position)
            self.upload = nil
        } else if try !isSent() {
            _ = try client.put(location, buffer)
        }
        isOpen = false
        buffer = []
    }

    func beginFinish() throws(SQLError) -> Bool {
        guard isOpen, upload == nil, sending == nil else {
            try finish()
            return false
        }
        sending = client.client.start(try client.putting(location, buffer))
        return true
    }

    /// Whether sending was begun, and succeeds.
    private func isSent() throws(SQLError) -> Bool {
        guard let sending else { return false }
        defer { self.sending = nil }
        let response = try sending.value()
        return response.isSuccess && response.headers["ETag"] != nil
    }

    func abort() {
        isOpen = false
        buffer = []
        for call in running { call.cancel() }
        running = []
        sending?.cancel()
        sending = nil
        guard let upload else { return }
        self.upload = nil
        // A statement that was cancelled must clean up too. What can't be reached now, VACUUM finds.
        Cancellation.$current.withValue(nil) { try? client.abort(upload) }
    }
}
