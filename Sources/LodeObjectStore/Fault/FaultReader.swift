/// Reading that fails on purpose.

import LodeCore

final class FaultReader: ObjectReader {
    private let inner: any ObjectReader
    private let plan: FaultPlan

    init(_ inner: any ObjectReader, _ plan: FaultPlan) {
        self.inner = inner
        self.plan = plan
    }

    var path: String { inner.path }
    var size: Int { inner.size }

    func read(offset: Int, count: Int, into destination: UnsafeMutableRawPointer) throws(SQLError) {
        switch try plan.apply(.read, path) {
        case .drop?: destination.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        case .tear(let bytes)?:
            let kept = max(0, min(bytes, count))
            try inner.read(offset: offset, count: kept, into: destination)
            (destination + kept).initializeMemory(as: UInt8.self, repeating: 0, count: count - kept)
        default: try inner.read(offset: offset, count: count, into: destination)
        }
    }

    func willNeed(_ ranges: [Range<Int>]) { inner.willNeed(ranges) }
}
