// Manifests of a warehouse in an object store: none replaces another, and two catalogs notice each other.

import CloudDouble
import LodeCloud
import LodeCore
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct ObjectManifestTests {
    private let double: S3Double
    private let stores: StoreRegistry
    private let folder = TemporaryFolder()
    private let catalog: EmbeddedCatalog
    private let name = TableName("main", "t")

    init() throws {
        double = try S3Double()
        stores = StoreRegistry(
            environment: CloudEnvironment(
                variables: ["AWS_ENDPOINT_URL": double.url, "AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "hush"]))
        catalog = EmbeddedCatalog(warehouse: "s3://lake/wh", file: folder("catalog.sqlite"), stores: stores)
        try catalog.commit(.create(try GlueTable.define(name, Schema([Field("id", .bigint)]))))
    }

    private func another(_ file: String) -> EmbeddedCatalog {
        EmbeddedCatalog(warehouse: "s3://lake/wh", file: folder(file), stores: stores)
    }

    @discardableResult
    private func append(_ rows: Int, in catalog: EmbeddedCatalog? = nil) throws -> DataFile {
        let path = ManagedFileName.path(in: "s3://lake/wh/main/t", [], [], fileExtension: "parquet")
        double[String(path.dropFirst("s3://".count))] = [UInt8](repeating: 1, count: rows)
        let write = try (catalog ?? self.catalog).beginWrite(name), file = DataFile(path: path, size: rows, rowCount: rows)
        write.append([file])
        try (catalog ?? self.catalog).commit(write.change)
        return file
    }

    private func sizes(_ catalog: EmbeddedCatalog) throws -> [Int] { try catalog.snapshot(of: name).plan(nil).files.map(\.size).sorted() }

    private var manifests: [String] { double.paths.filter { $0.contains("/_lode/") } }

    @Test func `every manifest is put only where there is none`() throws {
        try append(3)
        let puts = double.requests.filter { $0.method == "PUT" && $0.path.contains("/_lode/") }
        #expect(puts.count >= 3 && puts.allSatisfy { $0.header("If-None-Match") == "*" })
    }

    @Test func `a commit whose manifest was left by one that was killed has another name, and counts`() throws {
        try append(1)
        let kept = manifests
        // The process ends when the manifest is there and the catalog does not know.
        let killed = EmbeddedCatalog(warehouse: "s3://lake/wh", file: folder("catalog.sqlite"), stores: stores) { step throws(SQLError) in
            if step == .described { throw SQLError(.ioError, "killed") }
        }
        double.intercept { $0.method == "DELETE" ? DoubleAnswer(403) : nil }
        #expect(throws: SQLError.self) { try append(2, in: killed) }
        double.intercept { _ in nil }
        let left = manifests.filter { !kept.contains($0) }
        #expect(left.count == 1)
        let bytes = double[left[0]]
        try append(4)
        #expect(double[left[0]] == bytes && manifests.count == kept.count + 2)
        try append(8)
        #expect(try sizes(catalog) == [1, 4, 8])
        let report = try another("other.sqlite").rebuild(overwrites: false)
        #expect(report.problems == [])
        #expect(try sizes(another("other.sqlite")) == [1, 4, 8])
        // VACUUM leaves nothing but what describes the table as it is.
        _ = try catalog.vacuum(VacuumRequest(retention: 0))
        #expect(double[left[0]] == nil && manifests.count == 2)
        try append(16)
        _ = try another("third.sqlite").rebuild(overwrites: false)
        #expect(try sizes(another("third.sqlite")) == [1, 4, 8, 16])
    }

    @Test func `two catalogs of one warehouse notice each other`() throws {
        try append(1)
        let other = another("other.sqlite")
        _ = try other.rebuild(overwrites: false)
        let theirs = try append(2, in: other)
        // The first one does not know of it, and may not take it for an orphan.
        #expect(throws: SQLError.self) { try append(4) }
        #expect(throws: SQLError.self) { _ = try catalog.vacuum(VacuumRequest(retention: 0)) }
        #expect(double[String(theirs.path.dropFirst("s3://".count))] != nil)
        #expect(try sizes(catalog) == [1] && sizes(other) == [1, 2])
        // It takes over what both have written; then the second one has to stop.
        _ = try catalog.rebuild(overwrites: true)
        #expect(try sizes(catalog) == [1, 2])
        try append(8)
        #expect(throws: SQLError.self) { try append(16, in: other) }
    }

    @Test func `a catalog that was restored goes on where its backup was made`() throws {
        try append(1)
        _ = try catalog.backup(to: folder("backup"))
        try append(2)
        _ = try catalog.restore(from: folder("backup"), overwrites: true)
        try append(4)
        #expect(try sizes(catalog) == [1, 4])
        _ = try another("other.sqlite").rebuild(overwrites: false)
        #expect(try sizes(another("other.sqlite")) == [1, 4])
    }

    @Test func `VACUUM lists uploads that were not ended, and drops them`() throws {
        let lost = try stores.createWriter("s3://lake/wh/main/t/lost"), export = try stores.createWriter("s3://lake/wh/x")
        for writer in [lost, export] { try writer.write([UInt8](repeating: 1, count: 9 << 20)) }
        let foreign = try stores.createWriter("s3://lake/elsewhere")
        try foreign.write([UInt8](repeating: 1, count: 9 << 20))
        #expect(double.openUploads == 3)
        let found = try catalog.vacuum(VacuumRequest(retention: 0, isDryRun: true))
        #expect(found.map(\.path).sorted() == ["s3://lake/wh/main/t/lost", "s3://lake/wh/x"])
        #expect(found.map(\.table?.name).contains("t") && double.openUploads == 3)
        #expect(try catalog.vacuum(VacuumRequest(table: name, retention: 0)).map(\.path) == ["s3://lake/wh/main/t/lost"])
        #expect(double.openUploads == 2)
        _ = try catalog.vacuum(VacuumRequest(retention: 0))
        #expect(double.openUploads == 1)
        withExtendedLifetime((lost, export, foreign)) {}
    }

    @Test func `one place has one name, and the catalog of a bucket lies among the user's states`() {
        let place = Warehouse("s3a://lake/wh/")
        #expect(place.location == "s3://lake/wh" && place.stored("s3n://lake/wh/main/t") == "main/t")
        #expect(place.catalogPath == Warehouse("s3://lake/wh").catalogPath && place.catalogPath.hasSuffix("/catalog.sqlite"))
        #expect(place.catalogPath.contains("/lode/catalogs/") && !place.catalogPath.contains("//"))
        #expect(Warehouse("s3://lake/w").catalogPath != place.catalogPath)
    }
}
