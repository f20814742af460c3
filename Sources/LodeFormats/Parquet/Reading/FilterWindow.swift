/// The rows of one window while the filters narrow it down.

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
    private let identityBuffer: Buffer

    init() throws(SQLError) {
        rowBuffer = try Buffer(byteCount: Chunk.capacity * 4)
        identityBuffer = try Buffer(byteCount: Chunk.capacity * 4)
        let identity = identityBuffer, numbers = identity.lanes(as: UInt32.self)
        for i in 0..<Chunk.capacity { numbers[i] = UInt32(i) }
    }

    private var rows: MutableLanes<UInt32> {
        @_lifetime(borrow self) get { rowBuffer.lanes(as: UInt32.self, keptBy: self) }
    }

    func start(_ first: Int, _ size: Int) {
        self.first = first
        self.size = size
        count = size
        stage = 0
    }

    /// The rows that are left, by their numbers in the row group.
    var remaining: RowSet {
        @_lifetime(borrow self) get { stage == 0 ? .range(first, size) : .listed(Lanes(rows), count) }
    }

    /// Whether no row has been left out.
    var isWhole: Bool { count == size }

    /// Where the remaining rows stand in a column that was decoded at `stage`.
    @_lifetime(borrow self)
    func positions(_ stage: Int) -> Lanes<UInt32> {
        let buffer = stage == self.stage ? identityBuffer : positionBuffers[stage]
        return Lanes(buffer.lanes(as: UInt32.self, keptBy: self))
    }

    /// Keeps the rows that `survivors` numbers among the remaining ones.
    func narrow(_ survivors: Selection) throws(SQLError) {
        if survivors.count == count { return }
        let kept = survivors.lanes, keptCount = survivors.count, rows = self.rows
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
            let buffer = positionBuffers[earlier], positions = buffer.lanes(as: UInt32.self)
            i = 0
            while i < keptCount {
                positions[i] = positions[Int(kept[i])]
                i &+= 1
            }
        }
        let buffer = positionBuffers[stage]
        buffer.lanes(as: UInt32.self).update(from: kept, count: keptCount)
        stage += 1
        count = keptCount
    }
}
