// Logs of Delta tables and the deletion vectors of their files.

import LodeCore
import LodeVectors

@testable import LodeTables

/// A folder with one file: the first commit of a log, or its first checkpoint, whose sidecars are like it.
private struct FuzzLog: TableIO {
    let bytes: [UInt8]
    let isCheckpoint: Bool

    private var name: String {
        isCheckpoint ? "00000000000000000000.checkpoint.00000000-0000-0000-0000-000000000000.json" : DeltaLogListing.commitName(0)
    }

    func list(_ folder: String) throws(SQLError) -> FolderListing {
        FolderListing(files: [.init(name: name, size: bytes.count, modifiedMicros: 1)])
    }

    func read(_ path: String) throws(SQLError) -> [UInt8] { bytes }
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool { false }
    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int { 0 }
}

extension FuzzTargets {
    /// A commit, with the schema, the partition values and the statistics in it.
    static let deltaLog = FuzzTarget(name: "delta-log") { input in
        for isCheckpoint in [false, true] { try read(FuzzLog(bytes: [UInt8](input), isCheckpoint: isCheckpoint)) }
    }

    private static func read(_ io: FuzzLog) throws {
        do {
            let snapshot = try DeltaFormat.snapshot(of: "/t", io)
            let all = try snapshot.plan(nil)
            for file in all.files {
                try require(file.partitionValues.count == snapshot.partitionColumns.count, "a file has a value for each partition column")
                try require(file.size >= 0 && file.rowCount ?? 0 >= 0, "a file has a size")
            }
            guard let column = snapshot.schema.fields.first else { return }
            let some = try snapshot.plan(.isNotNull(column: column.name))
            try require(some.files.count + some.filesPruned == all.files.count, "a file is kept or pruned")
            _ = try DeltaHistory(of: "/t", io).entries()
            for part in try snapshot.changes(from: .version(0), through: nil).parts {
                try require(part.file.partitionValues.count == snapshot.partitionColumns.count, "a file of changes lies in a partition")
            }
        } catch let error as SQLError {
            try clean(error, inFile: true)
        }
    }

    static let deletionVector = FuzzTarget(name: "deletion-vector") { input in
        let limit: Int64 = 1 << 20
        var rows = RowPositions()
        do throws(SQLError) {
            try RoaringBitmap.insert([UInt8](input)[...], below: limit, into: &rows)
        } catch {
            return try clean(error)
        }
        try require(rows.count <= limit && rows.byteCount <= limit / 8, "a bitmap holds rows of its file")
        var again = RowPositions()
        try RoaringBitmap.insert(RoaringBitmap.write(rows)[...], below: limit, into: &again)
        try require(again == rows, "what is written is read")
    }
}
