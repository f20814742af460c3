// Which files OPTIMIZE writes together.

import LodeCore
import LodeTables
import Testing

@testable import LodeEngine

@Suite struct FileBinTests {
    private static func files(_ sizes: Int..., in partition: String = "a", deletes: Set<Int> = []) -> [DataFile] {
        sizes.enumerated().map { index, size in
            var file = DataFile(path: "/t/\(partition)/\(index)", size: size, partitionValues: [.text(SQLText(partition))])
            if deletes.contains(index) { file.deletes = RowDeletes(RowPositions([0])) }
            return file
        }
    }

    private static func sizes(_ bins: [FileBin]) -> [[Int]] { bins.map { $0.files.map(\.size) } }

    @Test func `neighbours fill a file, and what is large enough stays`() {
        #expect(Self.sizes(FileBins(fileBytes: 100).of(Self.files(40, 40, 90, 40, 40, 10))) == [[40, 40], [40, 40, 10]])
    }

    @Test func `a file alone stays, unless rows of it were deleted`() {
        #expect(Self.sizes(FileBins(fileBytes: 100).of(Self.files(60, 70))) == [])
        #expect(Self.sizes(FileBins(fileBytes: 100).of(Self.files(60, 70, deletes: [1]))) == [[70]])
        #expect(Self.sizes(FileBins(fileBytes: 100).of(Self.files(500, deletes: [0]))) == [[500]])
    }

    @Test func `files of different partitions never come together`() {
        let files = Self.files(1, 1, in: "a") + Self.files(1, in: "b") + Self.files(1, in: "a")
        #expect(Self.sizes(FileBins(fileBytes: 100).of(files)) == [[1, 1, 1]])
    }

    @Test func `an order takes a whole partition, and FULL all its files`() {
        #expect(Self.sizes(FileBins(fileBytes: 100, isOrdered: true).of(Self.files(90, 90, 10))) == [[90, 90, 10]])
        #expect(Self.sizes(FileBins(fileBytes: 100, takesAll: true).of(Self.files(90, 90, 10))) == [[90], [90, 10]])
    }
}
