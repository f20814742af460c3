import Foundation
import Testing

@testable import LodeObjectStore

@Suite struct DiskShelfTests {
    private let folder = TemporaryFolder()
    private let object = ObjectIdentity(reader: "r", place: "http://h/a", etag: "e", size: 10_000)
    private let bytes = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    private func shelf(limit: Int = 1 << 20) -> DiskShelf { DiskShelf(folder: "\(folder.path)/lode/objects", limit: limit) }

    /// The files that hold parts.
    private var files: [String] {
        let all = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
        return all.filter { $0.contains("-") }.map { "\(folder.path)/\($0)" }
    }

    private func filled(_ shelf: DiskShelf) -> DiskShelf {
        shelf.add(object, offset: 100, bytes)
        shelf.flush(nanoseconds: 10_000_000_000)
        return shelf
    }

    @Test func `another process finds what was written, and only its user may`() throws {
        #expect(shelf().ranges(of: object).isEmpty)
        _ = filled(shelf())
        #expect(shelf().ranges(of: object) == [100..<5_100])
        #expect(shelf().read(object, 100..<5_100) == bytes)
        for (path, mode) in [(files[0], 0o600), ("\(folder.path)/lode/objects", 0o700)] {
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == mode)
        }
    }

    @Test func `what nobody waits for is written all the same, a little later`() throws {
        shelf().add(object, offset: 100, bytes)
        for _ in 0..<500 where shelf().ranges(of: object).isEmpty { Thread.sleep(forTimeInterval: 0.02) }
        #expect(shelf().ranges(of: object) == [100..<5_100])
    }

    @Test(arguments: ["cut", "longer", "torn", "flipped", "header", "empty", "other"])
    func `what is not what was written is no data, and goes`(damage: String) throws {
        let shelf = filled(shelf()), path = try #require(files.first)
        var content = try #require(FileManager.default.contents(atPath: path))
        switch damage {
        case "cut": content.removeLast()
        case "longer": content.append(0)
        case "torn": content.replaceSubrange(3_000..<content.count, with: Data(count: content.count - 3_000))
        case "flipped": content[2_000] ^= 1
        case "header": content[17] ^= 1
        case "empty": content = Data()
        default:
            // A file of another object under this name.
            let other = ObjectIdentity(reader: "r", place: "http://h/a", etag: "f", size: 10_000)
            #expect(CacheFile.write(other, offset: 100, bytes, to: path))
            content = try #require(FileManager.default.contents(atPath: path))
        }
        try content.write(to: URL(fileURLWithPath: path))
        #expect(shelf.read(object, 100..<5_100) == nil && shelf.ranges(of: object).isEmpty)
    }

    @Test func `what a killed writer has left goes first, and counts no more`() throws {
        _ = filled(shelf())
        let path = try #require(files.first), left = "\(path).1-2"
        try Data(count: 900_000).write(to: URL(fileURLWithPath: left))
        let manager = FileManager.default
        try manager.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -100_000)], ofItemAtPath: left)
        try manager.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -100_000_000)], ofItemAtPath: path)
        DiskSweep(folder: "\(folder.path)/lode/objects", limit: 100_000).run()
        #expect(files == [path])
    }

    @Test func `the folder is kept within its limit, what was used last stays`() throws {
        let shelf = shelf(limit: 100_000)
        func object(_ number: Int) -> ObjectIdentity { ObjectIdentity(reader: "r", place: "\(number)", etag: "", size: 0) }
        for number in 0..<18 { shelf.add(object(number), offset: 0, bytes) }
        shelf.flush(nanoseconds: 10_000_000_000)
        let old = Date(timeIntervalSinceNow: -10_000)
        for path in files { try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path) }
        #expect(shelf.read(object(3), 0..<5_000) != nil)
        for number in 20..<30 { shelf.add(object(number), offset: 0, bytes) }
        shelf.flush(nanoseconds: 10_000_000_000)
        let total = try files.reduce(0) { try $0 + (FileManager.default.attributesOfItem(atPath: $1)[.size] as? Int ?? 0) }
        #expect(total <= 110_000)
        #expect(shelf.read(object(3), 0..<5_000) != nil && shelf.read(object(29), 0..<5_000) != nil)
        shelf.limit = 0
        #expect(files.isEmpty && shelf.ranges(of: object(29)).isEmpty)
    }

    @Test func `a folder that can't be made keeps nothing`() {
        let shelf = filled(DiskShelf(folder: "/proc/none/objects", limit: 1 << 20))
        #expect(shelf.ranges(of: object).isEmpty && shelf.read(object, 100..<5_100) == nil)
    }
}
