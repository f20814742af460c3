// Which values an identity column has given.

import LodeCore
import LodeTables
import Testing

@Suite struct IdentityColumnTests {
    private static func file(_ low: Int64, _ high: Int64) -> DataFile {
        DataFile(path: "f", size: 1, statistics: ["id": ColumnStatistics(minimum: .integer(low), maximum: .integer(high))])
    }

    @Test func `the mark is the value that was given last`() {
        let up = IdentityColumn(start: 1, step: 1, takesValues: false)
        #expect(up.before == 0)
        #expect(up.reached(in: [Self.file(1, 5), Self.file(6, 9)], of: "id") == 9)
        #expect(up.reached(in: [], of: "id") == nil)
        let down = IdentityColumn(start: -10, step: -5, takesValues: true, highWaterMark: -20)
        #expect(down.reached(in: [Self.file(-25, 7)], of: "id") == -25)
        // What rows bring does not take back what was given.
        #expect(down.reached(in: [Self.file(3, 7)], of: "id") == -20)
    }

    @Test func `a value between two others counts as the next one`() {
        let thirds = IdentityColumn(start: 1, step: 3, takesValues: true, highWaterMark: 4)
        #expect(thirds.reached(in: [Self.file(5, 5)], of: "id") == 7)
        #expect(thirds.reached(in: [Self.file(7, 7)], of: "id") == 7)
    }

    @Test func `a column at the end of its numbers has no next one`() {
        #expect(IdentityColumn(start: .min, step: 1, takesValues: false).before == nil)
        let last = IdentityColumn(start: 0, step: 10, takesValues: true)
        #expect(last.reached(in: [Self.file(.max, .max)], of: "id") == .max)
    }
}
