// Rows of data files that delete files name, by their numbers and by their values; columns that files lack or call otherwise.

import LodeCore
import LodeFormats
import LodeObjectStore
import LodePlan
import LodeTables
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct DeletedRowsTests {
    let scene = ScanTests()
    private static let pathID = 2_147_483_546, positionID = 2_147_483_545

    /// Writes columns, each with its number, name, type and values.
    private func write(_ name: String, _ columns: [(id: Int?, name: String, type: SQLType, values: [Value])]) throws -> DataFile {
        let path = "memory://t/\(name)", schema = Schema(columns.map { Field($0.name, $0.type) })
        let ids = columns.compactMap { column in column.id.map { FormatOption.NamedOption(column.name, .value(.integer(Int64($0)))) } }
        let options = ids.isEmpty ? FormatOptions() : FormatOptions(["field_ids": .named(ids)])
        let writer = try ParquetFormat().create(try scene.stores.createWriter(path), schema: schema, options: options)
        let lane = try writer.lane(), count = columns[0].values.count
        try lane.write(Chunk(columns: try columns.map { try Column.make($0.type, $0.values) }, count: count))
        try lane.finish()
        var file = DataFile(path: path, size: try writer.finish().bytes, rowCount: count)
        file.sequenceNumber = 1
        return file
    }

    private func people(_ name: String = "a.parquet") throws -> DataFile {
        try write(
            name,
            [
                (1, "id", .bigint, (1...6).map { .integer($0) }),
                (2, "kind", .varchar, [.text("x"), .text("y"), .null, .null, .text("x"), .text("y")]),
            ])
    }

    private let id = MappedColumn(name: "id", fileName: "id", fieldID: 1), kind = MappedColumn(name: "kind", fileName: "kind", fieldID: 2)

    private func source(_ files: [DataFile], partitions: [Field] = []) -> FilesRelation {
        source(files, [Field("id", .bigint), Field("kind", .varchar)], [id, kind], partitions: partitions)
    }

    private func source(_ files: [DataFile], _ fields: [Field], _ columns: [MappedColumn], partitions: [Field] = []) -> FilesRelation {
        FilesRelation(
            displayName: "t", schema: Schema(fields), format: ParquetFormat(), stores: scene.stores, partitionFields: partitions,
            matching: .mapped(columns)
        ) { _ in FileListing(files: files, filesTotal: files.count) }
    }

    private func ids(_ files: [DataFile], _ names: [String] = ["id"]) throws -> [Value] {
        try scene.run(scene.scan(source(files), names), threads: 2).rows.map { $0[0] }.sorted { (Value.compare($0, $1) ?? 0) < 0 }
    }

    private func positions(_ name: String, _ rows: [(String, Int64)]) throws -> DeleteFile {
        let file = try write(
            name,
            [
                (Self.pathID, "file_path", .varchar, rows.map { .text(SQLText($0.0)) }),
                (Self.positionID, "pos", .bigint, rows.map { .integer($0.1) }),
            ])
        return DeleteFile(path: file.path, size: file.size, sequenceNumber: 2)
    }

    @Test func `one position delete file serves several data files, and one data file has several`() throws {
        var first = try people("a.parquet"), second = try people("b.parquet")
        let shared = try positions("d1.parquet", [("s3://a", 0), ("s3://a", 2), ("s3://b", 5), ("s3://b", 99), ("s3://c", 1)])
        let own = try positions("d2.parquet", [("s3://a", 2), ("s3://a", 3)])
        first.deletes = RowDeletes(positionFiles: PositionDeletes(of: "s3://a", files: [shared, own]))
        second.deletes = RowDeletes(positionFiles: PositionDeletes(of: "s3://b", files: [shared]))
        #expect(try ids([first]) == [2, 5, 6].map { .integer($0) })
        #expect(try ids([second]) == [1, 2, 3, 4, 5].map { .integer($0) })
        #expect(try ids([first, second]).count == 8)
        #expect(first.liveRowCount == nil)
        #expect(source([first]).fileMetadata()?[0].rowCount == nil, "how many rows are left nobody knows")
    }

    private func deletes(_ name: String, _ sequence: Int64, ids: [Value], kinds: [Value]? = nil) throws -> DeleteFile {
        var columns: [(id: Int?, name: String, type: SQLType, values: [Value])] = [(1, "id_as_it_was", .integer, ids)]
        if let kinds { columns.append((2, "kind", .varchar, kinds)) }
        let file = try write(name, columns)
        return DeleteFile(path: file.path, size: file.size, sequenceNumber: sequence)
    }

    @Test func `values are deleted from files of earlier commits`() throws {
        let group = EqualityDeletes(
            keys: [EqualityKey(path: [id], type: .bigint)],
            files: [
                try deletes("e3.parquet", 3, ids: [.integer(1), .integer(4), .integer(77)]),
                try deletes("e2.parquet", 2, ids: [.integer(1), .integer(2)]),
            ])
        var old = try people("a.parquet"), middle = try people("b.parquet"), fresh = try people("c.parquet")
        middle.sequenceNumber = 2
        fresh.sequenceNumber = 3
        for file in [old, middle, fresh] { _ = file }
        old.deletes = RowDeletes(equalities: [group])
        middle.deletes = RowDeletes(equalities: [group])
        fresh.deletes = RowDeletes(equalities: [group])
        #expect(try ids([old]) == [3, 5, 6].map { .integer($0) })
        #expect(try ids([middle]) == [2, 3, 5, 6].map { .integer($0) })
        #expect(try ids([fresh]).count == 6)
        #expect(try ids([old, middle, fresh]).count == 13)
    }

    @Test func `columns that the query does not ask for are compared too, and NULL equals NULL`() throws {
        let group = EqualityDeletes(
            keys: [EqualityKey(path: [id], type: .bigint), EqualityKey(path: [kind], type: .varchar)],
            files: [
                try deletes(
                    "e.parquet", 9, ids: [.integer(1), .integer(2), .integer(3), .integer(5)],
                    kinds: [.text("x"), .text("x"), .null, .null])
            ])
        var file = try people()
        file.deletes = RowDeletes(equalities: [group])
        #expect(try ids([file]) == [2, 4, 5, 6].map { .integer($0) })
        let kinds = try scene.run(scene.scan(source([file]), ["kind"]), threads: 1).rows
        #expect(kinds == [[.text("y")], [.null], [.text("x")], [.text("y")]])
        #expect(source([file]).fileMetadata()?[0].rowCount == nil)
        #expect(source([file]).fileMetadata()?[0].statistics(0) == nil)
    }

    @Test func `a deletion vector and equality deletes hold together`() throws {
        let group = EqualityDeletes(
            keys: [EqualityKey(path: [id], type: .bigint)], files: [try deletes("e.parquet", 9, ids: [.integer(6)])])
        var file = try people()
        var deletes = RowDeletes(equalities: [group])
        deletes.positions = RowPositions([0, 1] as [Int64])
        file.deletes = deletes
        #expect(try ids([file]) == [3, 4, 5].map { .integer($0) })
    }

    @Test func `deletes compare partition values, defaults and columns that are gone`() throws {
        let gone = MappedColumn(name: "kind", fileName: "kind", fieldID: 2)
        let group = EqualityDeletes(
            keys: [EqualityKey(path: [gone], type: .varchar)],
            files: [
                DeleteFile(path: try write("e.parquet", [(2, "kind", .varchar, [.text("x")])]).path, size: 1, sequenceNumber: 9)
            ])
        var file = try people()
        file.deletes = RowDeletes(equalities: [group])
        // The table has another column of that name by now.
        let fresh = MappedColumn(name: "kind", fileName: "kind", fieldID: 8)
        let other = source([file], [Field("id", .bigint), Field("kind", .varchar)], [id, fresh])
        #expect(try scene.run(scene.scan(other, ["id"]), threads: 1).rows.count == 4)
        // A file without the column has its default everywhere.
        var bare = try write("bare.parquet", [(1, "id", .bigint, [.integer(1), .integer(2)])])
        var defaulted = gone
        defaulted.missing = .text("x")
        bare.deletes = RowDeletes(equalities: [EqualityDeletes(keys: [EqualityKey(path: [defaulted], type: .varchar)], files: group.files)])
        #expect(try ids([bare]).isEmpty)
        bare.deletes = RowDeletes(equalities: [group])
        #expect(try ids([bare]).count == 2)
        var partition = try write("p.parquet", [(1, "id", .bigint, [.integer(1), .integer(2)])])
        partition.partitionValues = [.text("x")]
        partition.deletes = RowDeletes(equalities: [group])
        let byKind = source([partition], partitions: [Field("kind", .varchar)])
        #expect(try scene.run(scene.scan(byKind, ["id"]), threads: 1).rows.isEmpty)
    }

    @Test func `a delete file that lacks its column, is missing or of a format not read, is an error with its name`() throws {
        var file = try people()
        func state(_ delete: DeleteFile) -> (SQLState?, String?) {
            file.deletes = RowDeletes(
                equalities: [EqualityDeletes(keys: [EqualityKey(path: [kind], type: .varchar)], files: [delete])])
            do {
                _ = try ids([file])
                return (nil, nil)
            } catch {
                let error = error as? SQLError
                return (error?.state, error?.place)
            }
        }
        let lacking = state(try deletes("e.parquet", 9, ids: [.integer(1)]))
        #expect(lacking.0 == .dataCorrupted && lacking.1 == "memory://t/e.parquet")
        let orc = state(DeleteFile(path: "memory://t/e.orc", size: 1, fileFormat: "orc", sequenceNumber: 9))
        #expect(orc.0 == .featureNotSupported && orc.1 == "memory://t/e.orc")
        #expect(state(DeleteFile(path: "memory://t/none.parquet", size: 1, sequenceNumber: 9)).0 != nil)
    }

    @Test func `columns have defaults, also in structs, and other names in files without numbers`() throws {
        let inner = SQLType.structure([Field("x", .bigint)])
        let file = try write(
            "s.parquet",
            [
                (nil, "p", inner, [.structure([.integer(1)]), .null]),
                (nil, "old", .bigint, [.integer(5), .integer(6)]),
            ])
        let x = MappedColumn(name: "x", fileName: "x", fieldID: 2, unnumberedNames: ["x"])
        let y = MappedColumn(name: "y", fileName: "y", fieldID: 3, unnumberedNames: [], missing: .integer(7))
        let p = MappedColumn(name: "p", fileName: "p", fieldID: 1, unnumberedNames: ["p"], parts: [x, y])
        let n = MappedColumn(name: "n", fileName: "n", fieldID: 4, unnumberedNames: ["new", "old"])
        let d = MappedColumn(name: "d", fileName: "d", fieldID: 5, unnumberedNames: ["d"], missing: .text("none"))
        let fields = [
            Field("p", .structure([Field("x", .bigint), Field("y", .integer)])), Field("n", .bigint), Field("d", .varchar),
        ]
        let table = source([file], fields, [p, n, d])
        let rows = try scene.run(scene.scan(table, ["p", "n", "d"]), threads: 1).rows
        #expect(rows == [
            [.structure([.integer(1), .integer(7)]), .integer(5), .text("none")], [.null, .integer(6), .text("none")],
        ])
        #expect(table.fileMetadata()?[0].statistics(2)?.minimum == .text("none"))
    }
}
