/// Objects that are written out of sight and take their places together.

import LodeCore

/// Where a write creates its objects, and how it drops those that it has finished.
package protocol ObjectDestination: AnyObject, Sendable {
    func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter
    /// Removes a finished object, if that is possible.
    func discard(_ path: String)
}

extension StoreRegistry: ObjectDestination {
    package func discard(_ path: String) {
        guard let (store, path) = try? resolve(path) else { return }
        try? store.delete(path)
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
    package func stage(file path: String) throws(SQLError) -> any StagedWrite { StagedObjects(self, folder: "", old: []) }

    package func stage(folder: String, _ replacement: FolderReplacement) throws(SQLError) -> any StagedWrite {
        let old = replacement == .sameNames ? [] : try list(folder, recursive: true).filter { !$0.isFolder }
        if replacement == .requiresEmpty, !old.isEmpty { throw StagedObjects.notEmpty(folder) }
        return StagedObjects(self, folder: folder, old: old.map(\.path))
    }
}

/// Staging for any store: objects that are complete but for `finish()`, which is the store's atomic step.
///
/// Old and new objects are both visible between the first `finish()` and the last `delete`.
final class StagedObjects: StagedWrite {
    private let store: any ObjectStore
    private let folder: String
    private let old: [String]
    private let sealed = Lock<[SealedWriter]>([])

    init(_ store: any ObjectStore, folder: String, old: [String]) {
        self.store = store
        self.folder = folder
        self.old = old
    }

    deinit { abort() }

    func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter {
        let writer = SealedWriter(try store.createWriter(StorePath.join(folder, path)))
        sealed.withLock { $0.append(writer) }
        return writer
    }

    func discard(_ path: String) {}

    func publish() throws(SQLError) {
        let writers = sealed.withLock { writers in
            defer { writers = [] }
            return writers
        }
        for (index, writer) in writers.enumerated() {
            do throws(SQLError) {
                try writer.publish()
            } catch {
                for other in writers[index...] { other.abort() }
                throw error
            }
        }
        let new = Set(writers.map(\.path))
        for path in old where !new.contains(path) { try store.delete(path) }
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

    init(_ inner: any ObjectWriter) {
        self.inner = inner
        path = inner.path
    }

    var position: Int { inner.position }
    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) { try inner.write(bytes) }
    func seal() throws(SQLError) { try inner.seal() }
    func finish() throws(SQLError) { try inner.seal() }
    func publish() throws(SQLError) { try inner.finish() }
    func abort() { inner.abort() }
}
