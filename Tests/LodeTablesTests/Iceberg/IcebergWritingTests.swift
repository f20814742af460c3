/// Manifests and documents that are written are read back as they were meant.

import LodeCore
import LodeVectors
import Testing

@testable import LodeTables

@Suite struct IcebergWritingTests {
    private func declaration(_ partitions: [String] = ["day"]) -> TableDeclaration {
        let place = SQLType.structure([Field("x", .double), Field("tags", .list(.varchar))])
        return TableDeclaration(
            columns: [
                .init(Field("id", .bigint, nullable: false)), .init(Field("day", .date)), .init(Field("name", .varchar), comment: "who"),
                .init(Field("price", .decimal(precision: 9, scale: 2))), .init(Field("place", place)),
            ], partitionColumns: partitions, properties: ["write.format.default": "parquet"], comment: "a table")
    }

    private func file(_ name: String, _ rows: Int, day: Int32?, ids: ClosedRange<Int64>) -> DataFile {
        DataFile(
            path: "/t/data/\(name)", size: 100 + rows, rowCount: rows, partitionValues: [day.map { .date($0) } ?? .null],
            statistics: [
                "id": ColumnStatistics(minimum: .integer(ids.lowerBound), maximum: .integer(ids.upperBound), nullCount: 0, rowCount: rows),
                "name": ColumnStatistics(
                    minimum: .text("aaaaaaaaaaaaaaaaaaaaaaaa"), maximum: .text("zzzzzzzzzzzzzzzzzzzzzzzz"), nullCount: 1, rowCount: rows),
            ])
    }

    private func change(_ files: [DataFile] = []) -> FileChange {
        var change = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        change.added = files
        return change
    }

    private func snapshot(_ folder: TableFolder) throws -> IcebergSnapshot { try IcebergFormat.snapshot(of: "/t", folder) }

    @Test func `what is added is planned again, with its partitions and bounds`() throws {
        let folder = TableFolder()
        let format = IcebergFormat()
        _ = try format.commit(TableCommit(change(), declaration: declaration(), operation: "CREATE TABLE"), to: nil, in: "/t", io: folder)
        let empty = try snapshot(folder)
        #expect(try empty.plan(nil).files.isEmpty)
        #expect(try format.declaration(of: empty) == declaration())
        let added = [file("a.parquet", 3, day: 10, ids: 1...3), file("b.parquet", 2, day: nil, ids: 4...5)]
        let first = try format.commit(TableCommit(change(added), operation: "INSERT"), to: empty, in: "/t", io: folder)
        let one = try snapshot(folder)
        #expect(one.version == first)
        let files = try one.plan(nil).files
        #expect(files.map(\.path) == added.map(\.path))
        #expect(files.map(\.partitionValues) == added.map(\.partitionValues))
        #expect(files.map(\.rowCount) == [3, 2])
        #expect(files[0].statistics["id"]?.maximum == .integer(3))
        #expect(files[0].statistics["name"]?.minimum == .text("aaaaaaaaaaaaaaaa"))
        #expect(files[0].statistics["name"]?.maximum == .text("zzzzzzzzzzzzzzz{"))
        #expect(files[0].sequenceNumber == 1)
        #expect(try one.plan(.compare(column: "day", .equal, .date(10))).files.map(\.path) == ["/t/data/a.parquet"])
        #expect(try one.plan(.compare(column: "id", .greater, .integer(3))).files.map(\.path) == ["/t/data/b.parquet"])
        #expect(one.snapshot?.summary["total-records"] == "5")
        #expect(one.snapshot?.operation == "append")
    }

    @Test func `rows are held to constraints that came before them`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        _ = try format.commit(TableCommit(change(), declaration: declaration(), operation: "CREATE TABLE"), to: nil, in: "/t", io: folder)
        let before = try snapshot(folder)
        var checked = declaration()
        checked.checks = [.init("positive", "id > 0")]
        _ = try format.commit(TableCommit(change(), declaration: checked, operation: "ALTER TABLE"), to: before, in: "/t", io: folder)
        let insert = TableCommit(change([file("a.parquet", 3, day: 10, ids: -1...3)]), operation: "INSERT")
        let error = #expect(throws: SQLError.self) { try format.commit(insert, to: before, in: "/t", io: folder) }
        #expect(error?.state == .serializationFailure)
        // Rows that were held to it, though it is gone by now, and those of which other properties changed.
        let during = try snapshot(folder)
        var free = declaration()
        free.properties["team"] = "sales"
        _ = try format.commit(TableCommit(change(), declaration: free, operation: "ALTER TABLE"), to: during, in: "/t", io: folder)
        _ = try format.commit(insert, to: during, in: "/t", io: folder)
        #expect(try snapshot(folder).plan(nil).files.count == 1)
    }

    @Test func `files go, and those that stay are as old as they were`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        let added = [file("a.parquet", 3, day: 10, ids: 1...3), file("b.parquet", 2, day: 11, ids: 4...5)]
        _ = try format.commit(
            TableCommit(change(added), declaration: declaration(), operation: "CREATE TABLE AS SELECT"), to: nil, in: "/t", io: folder)
        let before = try snapshot(folder)
        var rewriting = change([file("c.parquet", 1, day: 10, ids: 1...1)])
        rewriting.removedPaths = ["/t/data/a.parquet"]
        rewriting.dependsOnBase = true
        _ = try format.commit(TableCommit(rewriting, operation: "DELETE"), to: before, in: "/t", io: folder)
        let after = try snapshot(folder)
        let files = try after.plan(nil).files.sorted { $0.path < $1.path }
        #expect(files.map(\.path) == ["/t/data/b.parquet", "/t/data/c.parquet"])
        #expect(files.map(\.sequenceNumber) == [1, 2])
        #expect(after.snapshot?.operation == "overwrite")
        #expect(after.snapshot?.summary["total-data-files"] == "2")
        // A change that was computed from what is no longer there, and a file that is gone.
        let error = #expect(throws: SQLError.self) {
            try format.commit(TableCommit(rewriting, operation: "DELETE"), to: before, in: "/t", io: folder)
        }
        #expect(error?.state == .serializationFailure)
        // An append goes with everything.
        let append = change([file("d.parquet", 1, day: 1, ids: 9...9)])
        _ = try format.commit(TableCommit(append, operation: "INSERT"), to: before, in: "/t", io: folder)
        #expect(try snapshot(folder).plan(nil).files.count == 3)
        var emptied = change()
        emptied.emptiedPartitions = [[.date(11)]]
        _ = try format.commit(TableCommit(emptied, operation: "INSERT OVERWRITE"), to: try snapshot(folder), in: "/t", io: folder)
        #expect(try snapshot(folder).plan(nil).files.count == 2)
        var all = change()
        all.removesEverything = true
        _ = try format.commit(TableCommit(all, operation: "TRUNCATE"), to: try snapshot(folder), in: "/t", io: folder)
        let emptyAgain = try snapshot(folder)
        #expect(try emptyAgain.plan(nil).files.isEmpty)
        #expect(emptyAgain.snapshot?.summary["total-records"] == "0")
        #expect(emptyAgain.metadata.snapshots.count == 5)
        // Every snapshot stays readable.
        #expect(try IcebergFormat.snapshot(of: "/t", at: .version(before.version), folder).plan(nil).files.count == 2)
    }

    @Test func `rows of other files may have moved meanwhile, but not have changed`() throws {
        let format = IcebergFormat()
        /// What becomes of removing a file after others did `winners`.
        func state(_ removed: String, after winners: [(removed: String, added: String, changesData: Bool)]) throws -> SQLState? {
            let folder = TableFolder()
            let added = [file("a.parquet", 3, day: 10, ids: 1...3), file("b.parquet", 2, day: 11, ids: 4...5)]
            _ = try format.commit(
                TableCommit(change(added), declaration: declaration(), operation: "CREATE TABLE AS SELECT"), to: nil, in: "/t", io: folder)
            let base = try snapshot(folder)
            for winner in winners {
                var other = change([file(winner.added, 2, day: 11, ids: 4...5)])
                (other.removedPaths, other.changesData) = (["/t/data/" + winner.removed], winner.changesData)
                _ = try format.commit(TableCommit(other, operation: "OPTIMIZE"), to: try snapshot(folder), in: "/t", io: folder)
            }
            var removing = change()
            removing.removedPaths = ["/t/data/" + removed]
            do { _ = try format.commit(TableCommit(removing, operation: "DELETE"), to: base, in: "/t", io: folder) } catch {
                return (error as? SQLError)?.state
            }
            return nil
        }
        #expect(try state("a.parquet", after: [("b.parquet", "c.parquet", false), ("c.parquet", "d.parquet", false)]) == nil)
        #expect(try state("b.parquet", after: [("b.parquet", "c.parquet", false)]) == .serializationFailure)
        #expect(try state("a.parquet", after: [("b.parquet", "c.parquet", true)]) == .serializationFailure)
        #expect(
            try state("a.parquet", after: [("b.parquet", "c.parquet", false), ("c.parquet", "d.parquet", true)]) == .serializationFailure)
    }

    @Test func `columns come, go and widen by their numbers`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        _ = try format.commit(TableCommit(change(), declaration: declaration(), operation: "CREATE TABLE"), to: nil, in: "/t", io: folder)
        var wider = declaration()
        wider.columns[3].field.type = .decimal(precision: 12, scale: 2)
        wider.columns.append(.init(Field("extra", .integer)))
        let widening = TableCommit(change(), declaration: wider, operation: "ALTER TABLE")
        _ = try format.commit(widening, to: try snapshot(folder), in: "/t", io: folder)
        let after = try snapshot(folder)
        #expect(after.schema.fields.map(\.name) == ["id", "day", "name", "price", "place", "extra"])
        #expect(after.metadata.schemas.count == 2)
        let ids = Set(after.metadata.schemas.last?.fields.map(\.id) ?? [])
        #expect(ids.count == 6)
        // Another name for the same number; a column that goes and one that comes have numbers of their own.
        var renamed = wider
        renamed.columns[2].field.name = "called"
        renamed.columns.remove(at: 5)
        renamed.columns.append(.init(Field("extra", .varchar)))
        let changes: [ColumnChange] = [.rename(["name"], to: "called"), .drop(["extra"])]
        let commit = TableCommit(change(), declarations: [Redeclaration(renamed, by: changes)], operation: "ALTER TABLE")
        _ = try format.commit(commit, to: after, in: "/t", io: folder)
        let last = try snapshot(folder), fields = last.icebergSchema.fields
        #expect(fields.map(\.name) == ["id", "day", "called", "price", "place", "extra"])
        #expect(fields[2].id == after.icebergSchema.fields[2].id)
        #expect(fields[5].id > ids.max() ?? 0 && fields[5].id == last.metadata.lastColumnID)
        guard case .mapped(let columns) = try format.columnMatching(of: renamed, by: changes, over: after) else { return }
        #expect(columns.map(\.fieldID) == fields.map { $0.id })
    }

    @Test func `a column whose number others have given meanwhile does not come`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        _ = try format.commit(TableCommit(change(), declaration: declaration(), operation: "CREATE TABLE"), to: nil, in: "/t", io: folder)
        let base = try snapshot(folder)
        var other = declaration(), own = declaration()
        other.columns.append(.init(Field("x", .integer)))
        own.columns.append(.init(Field("y", .integer)))
        _ = try format.commit(TableCommit(change(), declaration: other, operation: "ALTER TABLE"), to: base, in: "/t", io: folder)
        let dropping = TableCommit(
            change(), declarations: [Redeclaration(declaration(), by: [.drop(["x"])])], operation: "ALTER TABLE")
        _ = try format.commit(dropping, to: try snapshot(folder), in: "/t", io: folder)
        #expect(try snapshot(folder).metadata.currentSchemaID == base.metadata.currentSchemaID)
        let adding = TableCommit(change(), declaration: own, operation: "ALTER TABLE")
        let lost = #expect(throws: SQLError.self) { try format.commit(adding, to: base, in: "/t", io: folder) }
        #expect(lost?.state == .serializationFailure)
        _ = try format.commit(adding, to: try snapshot(folder), in: "/t", io: folder)
        #expect(try snapshot(folder).icebergSchema.fields.last?.id == base.metadata.lastColumnID + 2)
    }

    @Test func `fields in columns change by their numbers`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        _ = try format.commit(TableCommit(change(), declaration: declaration(), operation: "CREATE TABLE"), to: nil, in: "/t", io: folder)
        let before = try snapshot(folder), place = before.icebergSchema.fields[4].type.parts
        var changed = declaration()
        changed.columns[4].field.type = .structure([Field("labels", .list(.varchar)), Field("y", .double), Field("z", .bigint)])
        let changes: [ColumnChange] = [
            .rename(["place", "x"], to: "y"), .rename(["place", "tags"], to: "labels"), .move(["place", "labels"], .first),
            .add(Field("z", .bigint), in: ["place"]),
        ]
        let commit = TableCommit(change(), declarations: [Redeclaration(changed, by: changes)], operation: "ALTER TABLE")
        _ = try format.commit(commit, to: before, in: "/t", io: folder)
        let parts = try snapshot(folder).icebergSchema.fields[4].type.parts
        #expect(parts.map(\.name) == ["labels", "y", "z"])
        #expect(parts[0].id == place[1].id && parts[1].id == place[0].id && parts[2].id > before.metadata.lastColumnID)
        #expect(try format.keepsFiles(.retype(["price"], .decimal(precision: 20, scale: 2)), of: before))
        #expect(try !format.keepsFiles(.retype(["price"], .double), of: before))
        #expect(try !format.keepsFiles(.retype(["day"], .timestamp), of: before))
    }

    @Test func `partitioning changes, and comes back to what it was`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        _ = try format.commit(TableCommit(change(), declaration: declaration(), operation: "CREATE TABLE"), to: nil, in: "/t", io: folder)
        func become(_ terms: [PartitionTerm]) throws -> IcebergMetadata {
            var changed = declaration()
            changed.partitionTerms = terms
            let commit = TableCommit(change(), declaration: changed, operation: "ALTER TABLE")
            _ = try format.commit(commit, to: try snapshot(folder), in: "/t", io: folder)
            return try snapshot(folder).metadata
        }
        let bucket = PartitionTerm("id", .bucket(8)), first = try become([PartitionTerm("day"), bucket])
        #expect(first.specs.count == 2 && first.defaultSpecID == 1)
        #expect(first.spec(1)?.fields.map(\.fieldID) == [1000, 1001])
        let second = try become([bucket, PartitionTerm("name", .truncate(3), name: "initials")])
        #expect(second.spec(second.defaultSpecID)?.fields.map(\.fieldID) == [1001, 1002])
        #expect(second.spec(second.defaultSpecID)?.fields.map(\.name) == ["id_bucket", "initials"])
        #expect(try become([PartitionTerm("day")]).defaultSpecID == 0)
        #expect(try snapshot(folder).metadata.specs.count == 3)
        #expect(throws: SQLError.self) { try become([PartitionTerm("name", .day)]) }
    }

    @Test func `files of partitions by transforms are told apart, and emptied by what they have`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        var declared = declaration([])
        declared.partitionTerms = [PartitionTerm("id", .bucket(4)), PartitionTerm("day", .month)]
        func file(_ name: String, _ values: [Value]) -> DataFile {
            DataFile(path: "/t/data/\(name)", size: 9, rowCount: 1, partitionValues: values)
        }
        let added = [file("a", [.integer(1), .integer(600)]), file("b", [.integer(2), .integer(600)]), file("c", [.null, .null])]
        _ = try format.commit(
            TableCommit(change(added), declaration: declared, operation: "CREATE TABLE AS SELECT"), to: nil, in: "/t", io: folder)
        let table = try snapshot(folder)
        #expect(try format.declaration(of: table) == declared)
        #expect(try table.plan(nil).files.count == 3)
        let month = CivilDate.days(year: 2020, month: 1, day: 15)
        #expect(try table.plan(.compare(column: "day", .equal, .date(Int32(month)))).files.map(\.path) == ["/t/data/a", "/t/data/b"])
        var emptied = change([file("d", [.integer(1), .integer(600)])])
        emptied.emptiedPartitions = [[.integer(1), .integer(600)], [.null, .null]]
        _ = try format.commit(TableCommit(emptied, operation: "INSERT OVERWRITE"), to: table, in: "/t", io: folder)
        #expect(try snapshot(folder).plan(nil).files.map(\.path).sorted() == ["/t/data/b", "/t/data/d"])
    }

    /// The table with one file whose rows 1, 2 and 5 go, in two commits.
    private func marked(version: String) throws -> TableFolder {
        let folder = TableFolder(), format = IcebergFormat()
        var declared = declaration()
        declared.properties["format-version"] = version
        declared.properties["write.delete.mode"] = "merge-on-read"
        let added = [file("a.parquet", 9, day: 10, ids: 1...9), file("b.parquet", 2, day: 11, ids: 4...5)]
        _ = try format.commit(
            TableCommit(change(added), declaration: declared, operation: "CREATE TABLE AS SELECT"), to: nil, in: "/t", io: folder)
        for rows in [[1, 2], [5]] as [[Int64]] {
            let table = try snapshot(folder)
            let found = try #require(try table.plan(nil).files.first { $0.path == "/t/data/a.parquet" })
            var marking = change()
            marking.marked = [MarkedFile(found, RowPositions(rows))]
            _ = try format.commit(TableCommit(marking, operation: "DELETE"), to: table, in: "/t", io: folder)
        }
        return folder
    }

    @Test func `rows go by a deletion vector, which takes the place of the one before`() throws {
        let folder = try marked(version: "3"), table = try snapshot(folder)
        let files = try table.plan(nil).files.sorted { $0.path < $1.path }
        let vector = try #require(files[0].deletes?.vector)
        #expect(vector.cardinality == 3 && files[1].deletes == nil)
        let rows = try vector.positions(rowCount: 9) { (path, offset, count) throws(SQLError) in
            Array(try folder.read(path)[offset..<offset + count])
        }
        #expect(rows == RowPositions([1, 2, 5]))
        let summary = table.snapshot?.summary ?? [:]
        #expect(summary["total-delete-files"] == "1" && summary["total-position-deletes"] == "3")
        #expect(summary["added-dvs"] == "1" && summary["removed-dvs"] == "1" && summary["operation"] == "delete")
        // The vector goes with its file.
        var removing = change()
        removing.removedPaths = ["/t/data/a.parquet"]
        _ = try IcebergFormat().commit(TableCommit(removing, operation: "DELETE"), to: table, in: "/t", io: folder)
        #expect(try snapshot(folder).snapshot?.summary["total-delete-files"] == "0")
    }

    @Test func `rows go by files of positions, one beside the other`() throws {
        let folder = try marked(version: "2"), table = try snapshot(folder)
        let files = try table.plan(nil).files.sorted { $0.path < $1.path }
        #expect(files[0].deletes?.positionFiles?.files.count == 2 && files[1].deletes == nil)
        let summary = table.snapshot?.summary ?? [:]
        #expect(summary["total-delete-files"] == "2" && summary["total-position-deletes"] == "3" && summary["operation"] == "delete")
        // A file that is not there any more.
        var marking = change()
        marking.marked = [MarkedFile(file("z.parquet", 9, day: 1, ids: 1...9), RowPositions([1]))]
        let error = #expect(throws: SQLError.self) {
            try IcebergFormat().commit(TableCommit(marking, operation: "DELETE"), to: table, in: "/t", io: folder)
        }
        #expect(error?.state == .serializationFailure)
        #expect(IcebergDeclaration.rowWriting(table.metadata).marks("DELETE"))
        #expect(!IcebergDeclaration.rowWriting(table.metadata).marks("UPDATE"))
    }

    @Test func `many small manifests become one, and files are as they were`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        var declared = declaration()
        declared.properties["commit.manifest.min-count-to-merge"] = "3"
        declared.properties["format-version"] = "3"
        _ = try format.commit(TableCommit(change(), declaration: declared, operation: "CREATE TABLE"), to: nil, in: "/t", io: folder)
        for day in 1...8 as ClosedRange<Int32> {
            let adding = change([file("\(day).parquet", 2, day: day, ids: Int64(day)...Int64(day))])
            _ = try format.commit(TableCommit(adding, operation: "INSERT"), to: try snapshot(folder), in: "/t", io: folder)
        }
        let table = try snapshot(folder)
        var manifests: [IcebergManifest] = []
        try table.forEachManifest { (manifest) throws(SQLError) in manifests.append(manifest) }
        #expect(manifests.count < 4)
        let files = try table.plan(nil).files.sorted { $0.path < $1.path }
        #expect(files.map(\.path) == (1...8).map { "/t/data/\($0).parquet" })
        #expect(files.map(\.sequenceNumber) == (1...8).map { Int64($0) })
        // A manifest that is written anew takes numbers for all of its rows; those that rows have stay.
        let bases = files.compactMap(\.rowIDBase)
        #expect(bases.prefix(3) == [0, 2, 4] && bases.count == 8 && bases == Set(bases).sorted())
        #expect(try table.plan(.compare(column: "day", .equal, .date(3))).files.map(\.path) == ["/t/data/3.parquet"])
        #expect(table.snapshot?.summary["total-data-files"] == "8")
    }

    @Test func `what lists say of partitions is put together`() {
        func summary(_ hasNull: Bool, _ lower: Int64, _ upper: Int64) -> AvroTree {
            func bytes(_ number: Int64) -> AvroTree { IcebergType.int.bytes(of: .integer(number)).map { .bytes($0) } ?? .null }
            return .list([.record([.boolean(hasNull), .boolean(false), bytes(lower), bytes(upper)])])
        }
        #expect(IcebergManifestMerge.united([summary(false, -5, 3), summary(true, -1, 300)], [.int]) == summary(true, -5, 300))
        #expect(IcebergManifestMerge.united([summary(false, 1, 2), .null], [.int]) == .null)
        let merge = IcebergManifestMerge(["commit.manifest.min-count-to-merge": "2", "commit.manifest.target-size-bytes": "10"])
        #expect(merge.groups([(0, 4), (0, 4), (1, 4), (0, 4), (0, 40), (0, 4)]) == [[0, 1], [3, 5]])
        #expect(IcebergManifestMerge(["commit.manifest-merge.enabled": "false"]).groups([(0, 4), (0, 4)]).isEmpty)
    }

    @Test func `manifests of sizes that cannot be stay as they are`() {
        let merge = IcebergManifestMerge(["commit.manifest.target-size-bytes": String(Int64.max)], isAsked: true)
        #expect(merge.groups([(0, .max - 1), (0, 4), (0, .min), (0, .max - 1), (0, 5)]) == [[1, 4]])
    }

    @Test func `a branch is written, and the table stays`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        let added = [file("a.parquet", 3, day: 10, ids: 1...3)]
        _ = try format.commit(
            TableCommit(change(added), declaration: declaration(), operation: "CREATE TABLE AS SELECT"), to: nil, in: "/t", io: folder)
        let main = try snapshot(folder)
        func refer(_ reference: TableReferenceChange) throws {
            var commit = TableCommit(change(), operation: "ALTER TABLE")
            commit.references = [reference]
            _ = try format.commit(commit, to: try snapshot(folder), in: "/t", io: folder)
        }
        try refer(TableReferenceChange(.create, "audit", isBranch: true))
        var adding = change([file("b.parquet", 1, day: 1, ids: 9...9)])
        adding.branch = "audit"
        let branch = try IcebergFormat.snapshot(of: "/t", at: .reference("audit"), folder)
        let made = try format.commit(TableCommit(adding, operation: "INSERT"), to: branch, in: "/t", io: folder)
        #expect(try snapshot(folder).version == main.version)
        #expect(try IcebergFormat.snapshot(of: "/t", at: .reference("audit"), folder).version == made)
        // What was audited becomes the table.
        try refer(TableReferenceChange(.fastForward(to: "audit"), "main", isBranch: true))
        #expect(try snapshot(folder).version == made)
        #expect(try snapshot(folder).plan(nil).files.count == 2)
        let error = #expect(throws: SQLError.self) { try refer(TableReferenceChange(.drop, "main", isBranch: true)) }
        #expect(error?.state == .objectNotInPrerequisiteState)
    }

    @Test func `rows of tables of version 3 have numbers`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        var declared = declaration()
        declared.properties["format-version"] = "3"
        let added = [file("a.parquet", 3, day: 10, ids: 1...3), file("b.parquet", 2, day: 11, ids: 4...5)]
        _ = try format.commit(
            TableCommit(change(added), declaration: declared, operation: "CREATE TABLE AS SELECT"), to: nil, in: "/t", io: folder)
        let first = try snapshot(folder)
        #expect(first.metadata.nextRowID == 5 && first.snapshot?.firstRowID == 0 && first.snapshot?.addedRows == 5)
        #expect(try first.plan(nil).files.map(\.rowIDBase) == [0, 3])
        #expect(try format.declaration(of: first) == declared)
        var rewriting = change([file("c.parquet", 1, day: 10, ids: 1...1)])
        rewriting.removedPaths = ["/t/data/a.parquet"]
        _ = try format.commit(TableCommit(rewriting, operation: "DELETE"), to: first, in: "/t", io: folder)
        let second = try snapshot(folder)
        #expect(second.snapshot?.firstRowID == 5)
        let files = try second.plan(nil).files.sorted { $0.path < $1.path }
        #expect(files.map(\.rowIDBase) == [3, 5])
    }

    @Test func `a table becomes one of version 3, and its rows get numbers then`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        let added = [file("a.parquet", 3, day: 10, ids: 1...3)]
        _ = try format.commit(
            TableCommit(change(added), declaration: declaration(), operation: "CREATE TABLE AS SELECT"), to: nil, in: "/t", io: folder)
        var declared = declaration()
        declared.properties["format-version"] = "3"
        _ = try format.commit(
            TableCommit(change(), declaration: declared, operation: "ALTER TABLE"), to: try snapshot(folder), in: "/t", io: folder)
        #expect(try snapshot(folder).metadata.formatVersion == 3)
        #expect(try snapshot(folder).plan(nil).files.map(\.rowIDBase) == [nil])
        let more = change([file("b.parquet", 2, day: 11, ids: 4...5)])
        _ = try format.commit(TableCommit(more, operation: "INSERT"), to: try snapshot(folder), in: "/t", io: folder)
        let files = try snapshot(folder).plan(nil).files.sorted { $0.path < $1.path }
        #expect(Set(files.map(\.rowIDBase)) == [0, 2] || Set(files.map(\.rowIDBase)) == [0, 3])
        let error = #expect(throws: SQLError.self) {
            try format.commit(
                TableCommit(change(), declaration: declaration(), operation: "ALTER TABLE"), to: try snapshot(folder), in: "/t", io: folder)
        }
        #expect(error?.state == .featureNotSupported)
    }

    @Test func `what the format has not is refused by name`() throws {
        for type in [SQLType.smallint, .interval, .json, .timestampNanos] {
            let declared = TableDeclaration(columns: [.init(Field("a", type))])
            let error = #expect(throws: SQLError.self) { try IcebergFormat().check(declared) }
            #expect(error?.state == .featureNotSupported && error?.message.contains("\(type)") == true)
        }
    }

    @Test func `values have the bytes of the specification`() {
        #expect(IcebergType.decimal(precision: 9, scale: 2).bytes(of: .decimal(-128, scale: 2)) == [0x80])
        #expect(IcebergType.decimal(precision: 9, scale: 2).tree(of: .decimal(-1, scale: 2)) == .bytes([0xff, 0xff, 0xff, 0xff]))
        #expect(IcebergType.long.bytes(of: .integer(1)) == [1, 0, 0, 0, 0, 0, 0, 0])
        #expect(IcebergType.int.bytes(of: .integer(1 << 40)) == nil)
        #expect(IcebergType.double.bytes(of: .double(.nan)) == nil)
        #expect(IcebergType.decimalBytes(38) == 16 && IcebergType.decimalBytes(1) == 1 && IcebergType.decimalBytes(18) == 8)
    }
}
