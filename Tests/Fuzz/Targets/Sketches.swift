// Statistics that other engines keep of tables: Puffin files and sketches.

import LodeCore
@testable import LodeTables

extension FuzzTargets {
    static let sketch = FuzzTarget(name: "sketch") { input in
        let bytes = [UInt8](input)
        for estimate in [ThetaSketch.estimate(bytes), HyperLogLog.estimate(bytes)] {
            try require(estimate ?? 0 >= 0, "there are no fewer values than none")
        }
        do throws(SQLError) {
            _ = try PuffinFile(bytes)
        } catch {
            try clean(error)
        }
    }
}
