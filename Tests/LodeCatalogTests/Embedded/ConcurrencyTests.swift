/// Many processes at one catalog, and processes that die.

import GRDB
import Glibc
import LodeCore
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct ConcurrencyTests {
    @Test func `writers that start together on an empty warehouse all succeed`() throws {
        let scene = Scene()
        let failures = Lock<[String]>([])
        onThreads(8) { index in
            do {
                let table = try GlueTable.define(TableName("main", "t\(index)"), Scene.columns)
                _ = try scene.another().commit([.create(table)])
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
        #expect(try scene.catalog.tables(in: "main").count == 8)
    }

    @Test func `an error of the disk is said to be one, though the statement was cancelled`() {
        let storage = CatalogStorage(path: nil), cancellation = Cancellation()
        cancellation.cancel()
        func state(_ code: ResultCode) -> SQLState? {
            Cancellation.$current.withValue(cancellation) {
                do throws(SQLError) {
                    try storage.converting { throw DatabaseError(resultCode: code) }
                } catch { return error.state }
                return nil
            }
        }
        #expect(state(.SQLITE_IOERR) == .ioError)
        #expect(state(.SQLITE_BUSY) == .queryCanceled)
    }

    @Test func `appends from many catalogs are all there and readers see whole commits`() throws {
        let scene = Scene()
        try scene.fill()
        let failures = Lock<[String]>([])
        onThreads(6) { index in
            do {
                let catalog = scene.another()
                for _ in 0..<15 {
                    if index < 4 {
                        let write = try catalog.beginWrite(Scene.sales)
                        write.append([try scene.file(1), try scene.file(2)])
                        try catalog.commit(write.change)
                    } else {
                        let snapshot = try catalog.snapshot(of: Scene.sales)
                        let files = try snapshot.plan(nil).files.count
                        if files != snapshot.statistics.fileCount || files % 2 != 0 {
                            failures.withLock { $0.append("\(files) files at version \(snapshot.version)") }
                        }
                    }
                }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
        let snapshot = try scene.catalog.snapshot(of: Scene.sales)
        #expect(snapshot.version == 61)
        #expect(try snapshot.plan(nil).files.count == 120)
    }

    @Test(arguments: CommitStep.allCases)
    func `a process that dies in a commit leaves the old or the new table`(step: CommitStep) async throws {
        let scene = Scene()
        try scene.fill()
        let old = try scene.file(1)
        let write = try scene.catalog.beginWrite(Scene.sales)
        write.append([old])
        try scene.catalog.commit(write.change)
        let new = try scene.file(2)

        let warehouse = scene.warehouse
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [warehouse = warehouse as String, new = new.path as String, step = step.rawValue as Int] in
            let place = Warehouse(warehouse)
            let catalog = EmbeddedCatalog(place, CatalogStorage(path: place.catalogPath), StoreRegistry()) { now in
                if now.rawValue == step { kill(getpid(), SIGKILL) }
            }
            let write = try catalog.beginWrite(Scene.sales)
            write.replaceAll(with: [DataFile(path: new, size: 3, rowCount: 9, partitionValues: [.date(2)])])
            try catalog.commit(write.change)
        }
        #expect(try scene.files(scene.another()) == (step == .published ? [new.path] : [old.path]))
        // And the next writer is not held up.
        let after = try scene.another().beginWrite(Scene.sales)
        after.replaceAll(with: [])
        try scene.catalog.commit(after.change)
        #expect(try scene.files() == [])
    }
}
