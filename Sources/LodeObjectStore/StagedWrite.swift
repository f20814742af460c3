/// Objects that are written out of sight and take their places together.

import LodeCore

/// Where a write creates its objects, and how it drops those that it has finished.
package protocol ObjectDestination: AnyObject, Sendable {
    func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter
    /// Removes finished objects, if that is possible.
    func discard(_ paths: [String])
}

extension StoreRegistry: ObjectDestination {
    /// What can't be reached now, VACUUM finds.
    package func discard(_ paths: [String]) {
        // A statement that was cancelled must clean up too.
        Cancellation.$current.withValue(nil) { try? delete(paths) }
    }
}

/// A write that replaces what others read. Nothing changes before `publish()`; dropping it unpublished aborts it.
///
/// The order is always the same: the new objects are whole and durable first, then they take their places, then the old ones
/// go. A process that is killed on the way leaves the old objects, the new ones, or at worst both; never neither.
package protocol StagedWrite: ObjectDestination {
    /// Makes the finished objects visible, and removes what they replace.
    func publish() throws(SQLError)
    /// Removes what was written. Nothing else changes.
    func abort()
}

/// What becomes of a folder's objects when new ones are written into it.
package enum FolderReplacement: Sendable {
    /// There must be none.
    case requiresEmpty
    /// Those that were there when the write began go; what others have added meanwhile stays.
    case everything
    /// Those whose names are written again go.
    case sameNames
}

extension ObjectStore {
    package func stage(file path: String) throws(SQLError) -> any StagedWrite { StagedObjects(self, folder: "", old: nil) }

    package func stage(folder: String, _ replacement: FolderReplacement) throws(SQLError) -> any StagedWrite {
        if replacement == .sameNames { return StagedObjects(self, folder: folder, old: nil) }
        let old = try list(folder, recursive: true).filter { !$0.isFolder }
        if replacement == .requiresEmpty, !old.isEmpty { throw StagedObjects.notEmpty(folder) }
        return StagedObjects(self, folder: folder, old: Set(old.map(\.path)))
    }
}

/// Staging for any store: objects that are complete but for `finish()`, which is the store's atomic step.
///
/// Old and new objects are both visible between the first `finish()` and the last `delete`.
final class StagedObjects: StagedWrite {
    private let store: any ObjectStore
    private let folder: String
    /// The objects that go; nil where those of the same names do, whichever there are.
    private let old: Set<String>?
    private let sealed = Lock<[SealedWriter]>([])
    /// Objects that take their places at the same time.
    private static let mostPublished = 32

    init(_ store: any ObjectStore, folder: String, old: Set<String>?) {
        self.store = store
        self.folder = folder
        self.old = old
    }

    deinit { abort() }

    func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter {
        let writer = SealedWriter(try store.createWriter(free(StorePath.join(folder, path))))
        sealed.withLock { $0.append(writer) }
        return writer
    }

    /// A name that no object has which goes: one of them replaced, and the next not, would be neither the old state nor the new one.
    private func free(_ path: String) -> String {
        guard let old, old.contains(path) else { return path }
        let name = StorePath.name(path), dot = name.lastIndex(of: ".") ?? name.endIndex
        for number in 1... {
            let other = StorePath.join(StorePath.parent(path), "\(name[..<dot])_\(number)\(name[dot...])")
            if !old.contains(other) { return other }
        }
        return path
    }

    func discard(_ paths: [String]) {}

    func publish() throws(SQLError) {
        let writers = sealed.withLock { writers in
            defer { writers = [] }
            return writers
        }
        var begun = 0
        for (index, writer) in writers.enumerated() {
            do throws(SQLError) {
                while begun < min(writers.count, index + Self.mostPublished) {
                    begun += 1
                    try writers[begun - 1].beginPublish()
                }
                try writer.publish()
            } catch {
                for other in writers[index...] { other.abort() }
                // Beside the old objects, new ones would be rows twice.
                if old != nil { Cancellation.$current.withValue(nil) { try? store.delete(writers[..<begun].map(\.path)) } }
                throw error
            }
        }
        if let old { try store.delete(old.sorted()) }
    }

    func abort() {
        let writers = sealed.withLock { writers in
            defer { writers = [] }
            return writers
        }
        for writer in writers { writer.abort() }
    }

    static func notEmpty(_ folder: String) -> SQLError { SQLError(.duplicateFile, "the folder \"\(folder)\" is not empty") }
}

/// A writer whose end is put off: `finish()` only makes the bytes durable.
private final class SealedWriter: ObjectWriter, Sendable {
    let path: String
    /// Belongs to who writes until it is finished, and to who publishes from then on.
    private nonisolated(unsafe) let inner: any ObjectWriter
    private nonisolated(unsafe) var isPublished = false

    init(_ inner: any ObjectWriter) {
        self.inner = inner
        path = inner.path
    }

    var position: Int { inner.position }
    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) { try inner.write(bytes) }
    func seal() throws(SQLError) { try inner.seal() }
    func finish() throws(SQLError) { try inner.seal() }
    func beginPublish() throws(SQLError) { isPublished = try !inner.beginFinish() }
    func publish() throws(SQLError) { if !isPublished { try inner.finish() } }
    func abort() { inner.abort() }
}
