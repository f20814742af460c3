// What somebody has found out of the columns of an Iceberg table.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct IcebergStatisticsTests {
    /// A statistics file of a snapshot with blobs of one field each.
    private static func file(_ snapshot: Int, _ blobs: [(field: Int, properties: String)], path: String = "/t/metadata/s.stats") -> String {
        let list = blobs.map { blob in
            """
            {"type": "apache-datasketches-theta-v1", "snapshot-id": \(snapshot), "sequence-number": 1, "fields": [\(blob.field)],
            "properties": {\(blob.properties)}}
            """
        }.joined(separator: ",")
        return """
            {"snapshot-id": \(snapshot), "statistics-path": "\(path)", "file-size-in-bytes": 9, "file-footer-size-in-bytes": 9,
            "blob-metadata": [\(list)]}
            """
    }

    private static func tree(_ files: String..., snapshots: Int = 1) -> IcebergTree {
        var document = IcebergTree.document(snapshots: snapshots, more: ", \"statistics\": [\(files.joined(separator: ","))]")
        for number in stride(from: 2, through: snapshots, by: 1) {
            document = document.replacing(
                "{\"snapshot-id\": \(number), \"seq", with: "{\"snapshot-id\": \(number), \"parent-snapshot-id\": \(number - 1), \"seq")
        }
        return IcebergTree(document)
    }

    private static func counts(_ tree: IcebergTree) throws -> [String: Int] {
        try tree.snapshot().columnEstimates(["id", "name"]).compactMapValues(\.distinctCount)
    }

    @Test func `the document says how many different values there are`() throws {
        let tree = Self.tree(Self.file(1, [(1, #""ndv": "1000""#), (3, #""ndv": "7""#), (99, #""ndv": "5""#)]))
        #expect(try Self.counts(tree) == ["id": 1000, "name": 7])
        // Of a few values the sketch is exact, of more it is some percent off.
        let known = try tree.snapshot().columnEstimates([])
        #expect(known["name"]?.distinctBounds == nil)
        #expect(known["id"]?.distinctBounds == 950...1050)
    }

    @Test func `what is known of a snapshot before counts, the nearest first`() throws {
        let old = Self.file(1, [(1, #""ndv": "10""#), (3, #""ndv": "7""#)]), new = Self.file(2, [(1, #""ndv": "20""#)])
        #expect(try Self.counts(Self.tree(old, new, snapshots: 3)) == ["id": 20, "name": 7])
    }

    @Test func `where the document does not say it, the sketch does`() throws {
        var sketch = ThetaSketch()
        for number in UInt8(1)...5 { withUnsafeBytes(of: number) { sketch.add($0) } }
        var puffin = PuffinWriter()
        puffin.add(
            sketch.bytes,
            .object([.init("type", .string("apache-datasketches-theta-v1")), .init("fields", .array([.integer(1)]))]))
        var tree = Self.tree(Self.file(1, [(1, ""), (3, "")]))
        #expect(try Self.counts(tree) == [:])
        tree.files["/t/metadata/s.stats"] = puffin.finish()
        #expect(try Self.counts(tree) == ["id": 5])
        tree.files["/t/metadata/s.stats"] = [1, 2, 3]
        #expect(try Self.counts(tree) == [:])
    }
}
