// Avro files that are read as trees, and written again: manifests of which files go.

import LodeCore
import LodeFormats
import LodeVectors

@testable import LodeTables

extension FuzzTargets {
    /// What is written again is read as it was; and a manifest of which half of the files go is a manifest.
    static let avroTree = FuzzTarget(name: "avro-tree") { input in
        let bytes = [UInt8](input)
        do {
            let container = try AvroContainer(bytes)
            guard let text = container.text("avro.schema") else { return }
            let trees = try container.records(FuzzFolder())
            var writer = try AvroFileWriter(schema: text)
            for tree in trees {
                // Of several branches that could have a value the first one is taken, which may not be able to hold it.
                guard (try? writer.append(tree)) != nil else { return }
            }
            let copy = try AvroContainer(writer.finish()).records(FuzzFolder())
            // As texts: NaN is not equal to itself.
            try require("\(copy)" == "\(trees)", "records are written as they were read")
            var rewriter = try IcebergManifestRewriter(bytes, IcebergManifest(path: "m"), IcebergMetadata(), snapshot: 1)
            var change = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
            for (place, tree) in trees.enumerated() where place % 2 == 0 {
                if let path = tree.field(2, 100, in: container.schema)?.text { change.removedPaths.append(path) }
            }
            guard try rewriter.run(FuzzFolder(), try IcebergLeaving(change, IcebergMetadata())) else { return }
            let made = rewriter.finish("n", sequence: 2, summaries: .null)
            let again = try AvroContainer(made.bytes).records(FuzzFolder())
            try require(again.count <= trees.count, "no file comes where some go")
        } catch let error as SQLError {
            try clean(error)
        }
    }
}

private struct FuzzFolder: TableIO {
    func list(_ folder: String) throws(SQLError) -> FolderListing { FolderListing() }
    func read(_ path: String) throws(SQLError) -> [UInt8] { [] }
    func decompress(_ codec: String, _ packed: ArraySlice<UInt8>) throws(SQLError) -> [UInt8] {
        try BlockDecompression.decompress(codec, packed)
    }
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool { false }
    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int { 0 }
}
