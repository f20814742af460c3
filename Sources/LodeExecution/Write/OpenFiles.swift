/// The files that a write has open, and those that are finished.

import Glibc
import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables
import LodeVectors
import Synchronization

/// Shared by the workers of one write. A file is finished when it is full and nobody uses it, when too many are open, or at the end.
final class OpenFiles: Sendable {
    final class File: Sendable {
        let writer: any FileWriter
        let partition: [Value]
        let path: String
        /// Workers that write into it, or are going to.
        let users = Atomic<Int>(0)

        init(_ writer: any FileWriter, _ partition: [Value], _ path: String) {
            self.writer = writer
            self.partition = partition
            self.path = path
        }
    }

    private struct State {
        var open: [[Value]: File] = [:]
        /// Files that are full, but still in use.
        var retired: [File] = []
        var written: [DataFile] = []
        /// How many files were begun under a path, which is the one of number 0.
        var begun: [String: Int] = [:]
        var isAborted = false
    }

    private let specification: WriteSpecification
    private let destination: any ObjectDestination
    private let alwaysWrites: Bool
    private let state = Lock(State())
    private let endings = ObjectEndings()
    /// File descriptors are few, and what the query reads needs some, too.
    private static let maxOpen: Int = {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 64 }
        return max(4, min(256, Int(clamping: limit.rlim_cur) / 4))
    }()

    init(_ specification: WriteSpecification, _ destination: any ObjectDestination, alwaysWrites: Bool) {
        self.specification = specification
        self.destination = destination
        self.alwaysWrites = alwaysWrites
    }

    var written: [DataFile] { state.withLock { $0.written.sorted { $0.path < $1.path } } }

    private func isFull(_ file: File) -> Bool { specification.fileBytes.map { file.writer.bytesWritten >= $0 } ?? false }

    /// The file of a partition, which is begun if need be, for one more user; and files for the caller to complete.
    func claim(_ partition: [Value]) throws(SQLError) -> (file: File, full: [File]) {
        try state.withLock { state throws(SQLError) in
            var full: [File] = []
            if let known = state.open[partition] {
                if !isFull(known) {
                    known.users.add(1, ordering: .relaxed)
                    return (known, [])
                }
                state.open[partition] = nil
                if known.users.load(ordering: .acquiring) == 0 { full.append(known) } else { state.retired.append(known) }
            }
            if state.open.count >= Self.maxOpen, let idle = state.open.first(where: { $0.value.users.load(ordering: .acquiring) == 0 }) {
                state.open[idle.key] = nil
                full.append(idle.value)
            }
            let path = nextPath(partition, &state)
            let writer = try specification.format.create(
                endings.watch(try destination.createWriter(path)), schema: specification.fileSchema, options: specification.options)
            let file = File(writer, partition, path)
            file.users.add(1, ordering: .relaxed)
            state.open[partition] = file
            return (file, full)
        }
    }

    /// Writes rows of one partition in blocks of `blockRows`.
    func write(
        _ partition: [Value], _ blockRows: Int, _ rows: ((Chunk) throws(SQLError) -> Void) throws(SQLError) -> Void
    ) throws(SQLError) {
        let (file, full) = try claim(partition)
        for other in full { try complete(other) }
        let lane = try file.writer.lane()
        var count = 0
        try rows { (chunk) throws(SQLError) in
            try lane.write(chunk)
            count += chunk.count
            if count >= blockRows {
                try lane.finish()
                count = 0
            }
        }
        try lane.finish()
        try release(file)
    }

    /// Completes the file of a partition whose rows are all written.
    func close(_ partition: [Value]) throws(SQLError) {
        let file = state.withLock { state -> File? in
            guard let file = state.open[partition], file.users.load(ordering: .acquiring) == 0 else { return nil }
            state.open[partition] = nil
            return file
        }
        if let file { try complete(file) }
    }

    private func nextPath(_ partition: [Value], _ state: inout State) -> String {
        let first = specification.path(partition, 0)
        let number = state.begun[first, default: 0]
        state.begun[first] = number + 1
        return number == 0 ? first : specification.path(partition, number)
    }

    /// One user is done.
    func release(_ file: File) throws(SQLError) {
        let isRetired = state.withLock { state in
            // Under the lock: `claim` must not find the file between the last use and its retirement.
            guard file.users.subtract(1, ordering: .acquiringAndReleasing).newValue == 0,
                let index = state.retired.firstIndex(where: { $0 === file })
            else { return false }
            state.retired.remove(at: index)
            return true
        }
        if isRetired { try complete(file) }
    }

    /// Finishes a file that nobody uses.
    func complete(_ file: File) throws(SQLError) {
        let done = try file.writer.finish()
        var statistics: [String: ColumnStatistics] = [:]
        for (field, known) in zip(specification.fileSchema.fields, done.statistics) { statistics[field.name] = known }
        let entry = DataFile(
            path: file.path, size: done.bytes, rowCount: done.rows, partitionValues: file.partition, statistics: statistics)
        state.withLock { $0.written.append(entry) }
    }

    /// Completes every file. Nobody uses them any more.
    func finish() throws(SQLError) {
        if alwaysWrites, state.withLock({ $0.open.isEmpty && $0.written.isEmpty }) { _ = try claim([]) }
        let rest = state.withLock { state in
            defer {
                state.open = [:]
                state.retired = []
            }
            return Array(state.open.values) + state.retired
        }
        for (index, file) in rest.enumerated() {
            do throws(SQLError) {
                try complete(file)
            } catch {
                for other in rest[(index + 1)...] { other.writer.abort() }
                throw error
            }
        }
        try endings.wait()
    }

    /// Drops what is open and removes what is finished.
    func abort() {
        let (open, written) = state.withLock { state in
            defer { state = State(isAborted: true) }
            return (Array(state.open.values) + state.retired, state.written)
        }
        for file in open { file.writer.abort() }
        endings.abort()
        destination.discard(written.map(\.path))
    }
}
