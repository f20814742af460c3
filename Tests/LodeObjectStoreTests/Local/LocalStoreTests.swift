/// Local files: whole or not at all, and errors that say what to do.

import Glibc
import LodeCore
import Synchronization
import Testing

@testable import LodeObjectStore

@Suite struct LocalStoreTests {
    let folder = TemporaryFolder()
    let store = LocalStore()

    private func names() throws -> [String] { try store.list(folder.path, recursive: true).map { String($0.name) } }

    @Test func `what was written is read back in ranges`() throws {
        let writer = try store.createWriter(folder("x/y/z.bin"))
        try writer.write([1, 2, 3])
        try writer.write("äb")
        #expect(writer.position == 6)
        try writer.finish()
        let reader = try store.open(folder("x/y/z.bin"))
        #expect(reader.size == 6)
        #expect(try reader.read(offset: 2, count: 3) == [3, 0xC3, 0xA4])
        reader.willNeed([0..<6])
        #expect(try store.info(folder("x/y"))?.isFolder == true)
        #expect(try store.info(folder("x/nothing")) == nil)
    }

    @Test func `an unfinished file is invisible and leaves nothing behind`() throws {
        let writer = try store.createWriter(folder("a"))
        try writer.write([1])
        #expect(try store.exists(folder("a")) == false)
        #expect(try names().allSatisfy { $0.hasPrefix(LocalStore.temporaryPrefix) })
        writer.abort()
        #expect(try names() == [])
        do { _ = try store.createWriter(folder("b")) }
        #expect(try names() == [])
    }

    @Test func `a reader keeps the file that it opened`() throws {
        try store.put(folder("a"), [1, 1])
        let reader = try store.open(folder("a"))
        try store.put(folder("a"), [2])
        try store.delete(folder("a"))
        #expect(try reader.read(offset: 0, count: 2) == [1, 1])
    }

    @Test func `of many writers one puts a file that was absent`() throws {
        let winners = Lock<[Int]>([])
        let path = folder("log/0001.json")
        onThreads(8) { index in
            if (try? LocalStore().putIfAbsent(path, [UInt8(index)])) == true { winners.withLock { $0.append(index) } }
        }
        let won = winners.withLock { $0 }
        #expect(won.count == 1)
        #expect(try store.read(path) == [UInt8(won[0])])
        #expect(try names() == ["0001.json"])
    }

    @Test func `readers see a whole old or a whole new file`() throws {
        let path = folder("a")
        try store.put(path, [UInt8](repeating: 0, count: 100_000))
        let torn = Atomic<Int>(0)
        onThreads(3) { index in
            for round in 0..<20 {
                if index == 0 {
                    try? LocalStore().put(path, [UInt8](repeating: UInt8(round), count: 100_000 + round))
                } else if let bytes = try? LocalStore().read(path), Set(bytes).count != 1 {
                    torn.add(1, ordering: .relaxed)
                }
            }
        }
        #expect(torn.load(ordering: .relaxed) == 0)
    }

    @Test func `a file that becomes shorter gives an error`() throws {
        try store.put(folder("a"), [UInt8](repeating: 7, count: 10))
        let reader = try store.open(folder("a"))
        truncate(folder("a"), 4)
        let error = #expect(throws: SQLError.self) { try reader.read(offset: 2, count: 8) }
        #expect(error?.state == .dataCorrupted)
    }

    @Test(arguments: [(-1, 1), (0, 11), (10, 1), (Int.max, 1), (1, Int.max), (0, -1)])
    func `ranges outside of the file are refused`(offset: Int, count: Int) throws {
        try store.put(folder("a"), [UInt8](repeating: 7, count: 10))
        let reader = try store.open(folder("a"))
        #expect(throws: SQLError.self) { try reader.read(offset: offset, count: count) }
    }

    @Test func `a missing file is named with its neighbour`() throws {
        try store.put(folder("orders.csv"), [1])
        let error = #expect(throws: SQLError.self) { try store.open(folder("order.csv")) }
        #expect(error?.state == .undefinedFile)
        #expect(error?.hint?.contains("orders.csv") == true)
    }

    @Test func `a folder is not opened as a file`() throws {
        let error = #expect(throws: SQLError.self) { try store.open(folder.path) }
        #expect(error?.message.contains("folder") == true)
    }

    @Test(arguments: ["", "a\0b"]) func `impossible names are refused`(name: String) throws {
        let error = #expect(throws: SQLError.self) { try store.open(name) }
        #expect(error?.state == .invalidName)
    }

    @Test(arguments: [
        (ENOSPC, SQLState.diskFull), (EDQUOT, .diskFull), (EACCES, .insufficientPrivilege), (EROFS, .insufficientPrivilege),
        (EIO, .ioError), (EMFILE, .configurationLimitExceeded),
    ])
    func `system errors become SQL errors`(code: Int32, state: SQLState) {
        #expect(LocalFault.error(code, "write", "/x").state == state)
    }

    @Test func `a file in the way of a folder is named`() throws {
        try store.put(folder("a"), [1])
        for attempt in [
            { try store.put(folder("a/b/c"), [1]) }, { try store.createFolder(folder("a/b")) }, { try store.createFolder(folder("a")) },
        ] {
            let error = #expect(throws: SQLError.self) { try attempt() }
            #expect(error?.detail == "\"\(folder("a"))\" is a file, not a folder.")
        }
    }

    @Test func `a pipe is read to its end`() throws {
        mkfifo(folder("pipe"), 0o600)
        let path = folder("pipe")
        let sum = Atomic<Int>(0)
        onThreads(2) { index in
            if index == 0 {
                let file = Glibc.open(path, O_WRONLY)
                for _ in 0..<100 { _ = Glibc.write(file, [UInt8](repeating: 1, count: 1_000), 1_000) }
                close(file)
            } else if let bytes = try? LocalStore().read(path) {
                sum.add(bytes.count, ordering: .relaxed)
            }
        }
        #expect(sum.load(ordering: .relaxed) == 100_000)
    }

    @Test func `a loop of links ends the listing with an error`() throws {
        try store.put(folder("a/x"), [1])
        symlink(folder("a"), folder("a/loop"))
        #expect(throws: SQLError.self) { try store.list(folder.path, recursive: true) }
    }
}
