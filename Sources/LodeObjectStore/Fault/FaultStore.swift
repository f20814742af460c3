/// A store that fails on purpose, for tests of everything that uses stores.

import Glibc
import LodeCore
import Synchronization

/// Passes calls on to another store unless a fault is due.
package final class FaultStore: ObjectStore {
    private let inner: any ObjectStore
    private let plan: FaultPlan

    package init(_ inner: any ObjectStore, _ faults: [Fault]) {
        self.inner = inner
        plan = FaultPlan(faults)
    }

    /// How often each operation was called, whether it failed or not.
    package func calls(_ operation: Fault.Operation) -> Int { plan.calls(operation) }

    package var reach: StoreReach { inner.reach }

    package func open(_ path: String) throws(SQLError) -> any ObjectReader {
        _ = try plan.apply(.open, path)
        return FaultReader(try inner.open(path), plan)
    }

    package func info(_ path: String) throws(SQLError) -> ObjectInfo? {
        _ = try plan.apply(.info, path)
        return try inner.info(path)
    }

    package func list(
        _ folder: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool
    ) throws(SQLError) {
        _ = try plan.apply(.list, folder)
        try inner.list(folder, recursive: recursive, body)
    }

    package func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter {
        _ = try plan.apply(.createWriter, path)
        return FaultWriter(try inner.createWriter(path), plan)
    }

    package func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) {
        switch try plan.apply(.put, path) {
        case .drop: return
        case .tear(let count): try inner.put(path, Array(bytes.prefix(count)))
        default: try inner.put(path, bytes)
        }
    }

    package func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        switch try plan.apply(.putIfAbsent, path) {
        case .drop: return true
        case .tear(let count): return try inner.putIfAbsent(path, Array(bytes.prefix(count)))
        default: return try inner.putIfAbsent(path, bytes)
        }
    }

    package func delete(_ path: String) throws(SQLError) {
        if case .drop = try plan.apply(.delete, path) { return }
        try inner.delete(path)
    }
}
