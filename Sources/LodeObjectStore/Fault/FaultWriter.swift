/// Writing that fails on purpose.

import LodeCore

final class FaultWriter: ObjectWriter {
    private let inner: any ObjectWriter
    private let plan: FaultPlan

    init(_ inner: any ObjectWriter, _ plan: FaultPlan) {
        self.inner = inner
        self.plan = plan
    }

    var path: String { inner.path }
    var position: Int { inner.position }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        switch try plan.apply(.write, path) {
        case .drop?: return
        case .tear(let count)?: try inner.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(max(0, count))))
        default: try inner.write(bytes)
        }
    }

    func seal() throws(SQLError) { try inner.seal() }

    func finish() throws(SQLError) {
        if case .drop? = try plan.apply(.finish, path) {
            inner.abort()
        } else {
            try inner.finish()
        }
    }

    func abort() { inner.abort() }
}
