/// Writing an object in memory.

import LodeCore

/// Collects bytes and hands them to the store at once.
final class MemoryWriter: ObjectWriter {
    let path: String
    private let store: MemoryStore
    private var bytes: [UInt8] = []
    private var isOpen = true

    init(path: String, store: MemoryStore) {
        self.path = path
        self.store = store
    }

    var position: Int { bytes.count }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        guard isOpen else { throw SQLError.internalFault("write to \"\(path)\" after it was finished") }
        self.bytes.append(contentsOf: bytes)
    }

    func finish() throws(SQLError) {
        guard isOpen else { throw SQLError.internalFault("\"\(path)\" was finished twice") }
        try store.put(path, bytes)
        abort()
    }

    func abort() {
        isOpen = false
        bytes = []
    }
}
