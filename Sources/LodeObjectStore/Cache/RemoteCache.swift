/// What has been fetched from remote stores and is kept: in memory, on disk, and what is on its way.

import Glibc
import LodeCloud
import LodeCore

/// Of one engine; its files are those of all processes of the user.
///
///     wanted ──▶ memory ──▶ files ──▶ somebody's request under way ──▶ a request
///                  ▲           │                     │                     │
///                  └───────────┴─────────────────────┴─────────────────────┘
///
/// Nothing is believed for long: what is kept belongs to one version of an object, and who opens an object has learned of its present
/// version from the store itself, in the same statement.
package final class RemoteCache: Sendable {
    /// Made strong only for who takes it: the last who lets a request go cancels it, which comes back here.
    private struct Arriving: Sendable {
        let range: Range<Int>
        weak var fetch: RemoteFetch?
    }

    private let memory: Lock<MemoryShelf>
    private let disk: DiskShelf?
    private let arriving = Lock<[ObjectIdentity: [Arriving]]>([:])

    package static let defaultDisk = 8 << 30
    /// An eighth of the machine's memory, within bounds.
    package static let defaultMemory: Int = {
        let pages = sysconf(Int32(_SC_PHYS_PAGES)), pageBytes = sysconf(Int32(_SC_PAGESIZE))
        guard pages > 0, pageBytes > 0 else { return 256 << 20 }
        return min(2 << 30, max(64 << 20, Int(pages) / 8 * Int(pageBytes)))
    }()

    /// - Parameter folder: where files may be kept; nil for nowhere.
    package init(memory: Int, disk: Int = defaultDisk, folder: String?) {
        self.memory = Lock(MemoryShelf(limit: memory))
        self.disk = folder.map { DiskShelf(folder: $0, limit: disk) }
    }

    /// In the user's folder for caches.
    package convenience init(_ environment: CloudEnvironment, memory: Int) {
        let caches = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map { "\($0)/.cache" }
        self.init(memory: memory, folder: caches.flatMap { $0.hasPrefix("/") ? "\($0)/lode/objects" : nil })
    }

    /// Changes how much is kept, in bytes; what is beyond that goes.
    package func resize(memory: Int, disk: Int) {
        self.memory.withLock { if $0.limit != memory { $0.limit = memory } }
        if let shelf = self.disk, shelf.limit != disk { shelf.limit = disk }
    }

    package var memoryBytes: Int { memory.withLock { $0.bytes } }

    /// Waits until what is kept on disk is there, or for so long.
    package func flush(nanoseconds: Int = 1_000_000_000) { disk?.flush(nanoseconds: nanoseconds) }

    // MARK: Parts of objects

    /// Which files there are of an object.
    func files(_ object: CachedObject) -> [Range<Int>] { object.staysInMemory ? [] : disk?.ranges(of: object.identity) ?? [] }

    /// Which bytes of an object are here, in the order of their offsets.
    /// - Parameter files: what `files` has said.
    func ranges(of object: CachedObject, files: [Range<Int>]) -> [Range<Int>] {
        let inMemory = memory.withLock { $0.ranges(of: object.identity) }
        return files.isEmpty ? inMemory : (inMemory + files).sorted { $0.lowerBound < $1.lowerBound }
    }

    /// A part that holds a byte, from memory or from a file.
    func part(of object: CachedObject, at offset: Int, files: [Range<Int>]) -> (offset: Int, bytes: [UInt8])? {
        disk?.noteUse()
        if let part = memory.withLock({ $0.part(of: object.identity, at: offset) }) { return part }
        for range in files where range.contains(offset) {
            guard let bytes = disk?.read(object.identity, range) else { continue }
            memory.withLock { $0.add(object.identity, offset: range.lowerBound, bytes, cost: object.cost(bytes.count)) }
            return (range.lowerBound, bytes)
        }
        return nil
    }

    func add(_ object: CachedObject, offset: Int, _ bytes: [UInt8]) {
        memory.withLock { $0.add(object.identity, offset: offset, bytes, cost: object.cost(bytes.count)) }
        if !object.staysInMemory { disk?.add(object.identity, offset: offset, bytes) }
    }

    // MARK: What is on its way

    /// A request under way, whoever has sent it, that brings a byte.
    func fetch(of object: CachedObject, at offset: Int) -> RemoteFetch? {
        arriving.withLock { arriving in
            for known in arriving[object.identity] ?? [] where known.range.contains(offset) {
                if let fetch = known.fetch { return fetch }
            }
            return nil
        }
    }

    func begun(_ fetch: RemoteFetch, of object: CachedObject) {
        arriving.withLock { $0[object.identity, default: []].append(Arriving(range: fetch.range, fetch: fetch)) }
    }

    /// The request has ended, or nobody waits for it any more.
    func ended(_ object: CachedObject, _ range: Range<Int>) {
        arriving.withLock { arriving in
            arriving[object.identity]?.removeAll { $0.range == range }
            if arriving[object.identity]?.isEmpty ?? false { arriving[object.identity] = nil }
        }
    }
}

/// An object as the cache knows it.
struct CachedObject: Sendable {
    var identity: ObjectIdentity
    /// Whether it must not be written to disk: it was encrypted with a key that is nobody else's.
    var staysInMemory: Bool
    var meter: ServiceMeter

    /// What it takes to fetch so many bytes, in nanoseconds.
    func cost(_ bytes: Int) -> Double { Double(meter.latency) + Double(bytes) / Double(meter.bytesPerSecond) * 1e9 }
}
