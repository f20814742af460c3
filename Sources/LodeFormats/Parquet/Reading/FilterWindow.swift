/// The rows of one window while the filters narrow it down.

import Glibc
import LodeCore
import LodeVectors

/// Up to `Chunk.capacity` consecutive rows of a row group, and which of them are still in.
///
/// A column that was decoded when fewer filters had run has more rows than are left. Instead of gathering it again after
/// every filter, the window keeps for every stage (the number of narrowings so far) where the remaining rows stand in it.
final class FilterWindow {
    private(set) var first = 0
    /// Rows at the start.
    private(set) var size = 0
    /// Rows that are left.
    private(set) var count = 0
    private(set) var stage = 0
    private let rowBuffer: Buffer
    private var positionBuffers: [Buffer] = []
    let identity: UnsafePointer<UInt32>
    private let identityBuffer: Buffer

    init() throws(SQLError) {
        rowBuffer = try Buffer(byteCount: Chunk.capacity * 4)
        identityBuffer = try Buffer(byteCount: Chunk.capacity * 4)
        let numbers = identityBuffer.base.assumingMemoryBound(to: UInt32.self)
        for i in 0..<Chunk.capacity { numbers[i] = UInt32(i) }
        identity = UnsafePointer(numbers)
    }

    private var rows: UnsafeMutablePointer<UInt32> { rowBuffer.base.assumingMemoryBound(to: UInt32.self) }

    func start(_ first: Int, _ size: Int) {
        self.first = first
        self.size = size
        count = size
        stage = 0
    }

    /// The rows that are left, by their numbers in the row group.
    var remaining: RowSet { stage == 0 ? .range(first, size) : .listed(rows, count) }

    /// Whether no row has been left out.
    var isWhole: Bool { count == size }

    /// Where the remaining rows stand in a column that was decoded at `stage`.
    func positions(_ stage: Int) -> UnsafePointer<UInt32> {
        stage == self.stage ? identity : UnsafePointer(positionBuffers[stage].base.assumingMemoryBound(to: UInt32.self))
    }

    /// Keeps the rows that `survivors` numbers among the remaining ones.
    func narrow(_ survivors: Selection) throws(SQLError) {
        if survivors.count == count { return }
        let kept = survivors.rows, keptCount = survivors.count
        if positionBuffers.count <= stage { positionBuffers.append(try Buffer(byteCount: Chunk.capacity * 4)) }
        var i = 0
        if stage == 0 {
            let base = UInt32(truncatingIfNeeded: first)
            while i < keptCount {
                rows[i] = base &+ kept[i]
                i &+= 1
            }
        } else {
            while i < keptCount {
                rows[i] = rows[Int(kept[i])]
                i &+= 1
            }
        }
        for earlier in 0..<stage {
            let positions = positionBuffers[earlier].base.assumingMemoryBound(to: UInt32.self)
            i = 0
            while i < keptCount {
                positions[i] = positions[Int(kept[i])]
                i &+= 1
            }
        }
        memcpy(positionBuffers[stage].base, kept, keptCount * 4)
        stage += 1
        count = keptCount
    }
}
