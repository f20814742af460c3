/// Replacing a folder: all of it at once, nothing behind a link, nothing of others.

import Glibc
import LodeCore
import Testing

@testable import LodeObjectStore

@Suite struct LocalStagedFolderTests {
    let folder = TemporaryFolder()
    let store = LocalStore()
    var target: String { folder("out") }

    private func write(_ names: [String], _ replacement: FolderReplacement) throws -> any StagedWrite {
        let staged = try store.stage(folder: target, replacement)
        for name in names {
            let writer = try staged.createWriter(name)
            try writer.write("new")
            try writer.finish()
        }
        return staged
    }

    private func text(_ name: String) throws -> String { String(decoding: try store.read(folder(name)), as: UTF8.self) }
    private func names() throws -> [String] { try LocalTree.entries(of: target).filter { !$0.isFolder }.map(\.path).sorted() }
    private func everything() throws -> [String] { try LocalTree.names(in: folder.path) }

    @Test func `nothing is seen before it is published, and nothing is left of what never was`() throws {
        try store.put(folder("out/p=1/a"), [1])
        do { _ = try write(["p=1/a", "p=2/b"], .everything) }
        #expect(try names() == ["p=1/a"])
        #expect(try everything() == ["out"])
        let staged = try write(["p=1/a", "p=2/b"], .everything)
        #expect(try text("out/p=1/a") != "new")
        try staged.publish()
        #expect(try names() == ["p=1/a", "p=2/b"])
        #expect(try text("out/p=1/a") == "new")
    }

    @Test func `a folder that is not there is made at the end, with those above it`() throws {
        let staged = try store.stage(folder: folder("x/y/z"), .requiresEmpty)
        let writer = try staged.createWriter("a")
        try writer.finish()
        #expect(try store.info(folder("x")) == nil)
        try staged.publish()
        #expect(try store.exists(folder("x/y/z/a")))
    }

    @Test func `what was listed goes, what others added or rewrote stays`() throws {
        for name in ["old", "p=1/old", "rewritten", ".hidden"] { try store.put(folder("out/" + name), [1]) }
        let staged = try write(["p=2/new"], .everything)
        try store.put(folder("out/p=1/added"), [2])
        try store.put(folder("out/rewritten"), [2, 2])
        try staged.publish()
        #expect(try names() == ["p=1/added", "p=2/new", "rewritten"])
        withExtendedLifetime(staged) {}
    }

    @Test func `files of other names stay`() throws {
        for name in ["p=1/a", "p=1/b", "p=3/c"] { try store.put(folder("out/" + name), [1]) }
        mkdir(folder("out/empty"), 0o700)
        try write(["p=1/a", "p=2/a"], .sameNames).publish()
        #expect(try names() == ["p=1/a", "p=1/b", "p=2/a", "p=3/c"])
        #expect(try text("out/p=1/a") == "new")
        #expect(try store.info(folder("out/empty"))?.isFolder == true)
    }

    @Test func `a folder that must be empty is looked at before and after`() throws {
        try store.createFolder(target)
        let staged = try write(["a"], .requiresEmpty)
        try store.put(folder("out/other"), [1])
        let late = #expect(throws: SQLError.self) { try staged.publish() }
        #expect(late?.state == .duplicateFile)
        #expect(try names() == ["other"])
        let early = #expect(throws: SQLError.self) { try store.stage(folder: target, .requiresEmpty) }
        #expect(early?.state == .duplicateFile)
    }

    @Test func `links are removed and never followed`() throws {
        try store.put(folder("elsewhere/kept"), [1])
        try store.put(folder("out/a"), [1])
        symlink(folder("elsewhere"), folder("out/folder"))
        symlink(folder("elsewhere/kept"), folder("out/file"))
        symlink(folder("elsewhere"), folder("out/p=1"))
        try write(["p=1/a"], .everything).publish()
        #expect(try names() == ["p=1/a"])
        #expect(try LocalTree.entries(of: folder("elsewhere")).map(\.path) == ["kept"])
    }

    @Test func `links stay where only some files are replaced`() throws {
        try store.put(folder("elsewhere/kept"), [1])
        try store.createFolder(target)
        symlink(folder("elsewhere"), folder("out/link"))
        try write(["a"], .sameNames).publish()
        #expect(try names() == ["a", "link"])
        let refused = #expect(throws: SQLError.self) { try write(["link/kept"], .sameNames).publish() }
        #expect(refused?.state == .featureNotSupported)
        #expect(try store.read(folder("elsewhere/kept")) == [1])
    }

    @Test func `a link to the folder leads to it and stays`() throws {
        try store.put(folder("real/old"), [1])
        symlink("real", target)
        try write(["new"], .everything).publish()
        #expect(try LocalTree.entries(of: folder("real")).map(\.path) == ["new"])
        #expect(try LocalTarget.target(ofLink: target) == "real")
    }

    @Test func `what takes the place of a file or folder has its mode`() throws {
        for name in ["p=1/a", "p=1/b"] { try store.put(folder("out/" + name), [1]) }
        chmod(target, 0o750)
        chmod(folder("out/p=1"), 0o711)
        chmod(folder("out/p=1/a"), 0o604)
        try write(["p=1/a", "p=1/c"], .everything).publish()
        var status = stat()
        for (name, mode) in [("out", 0o750), ("out/p=1", 0o711), ("out/p=1/a", 0o604)] {
            stat(folder(name), &status)
            #expect(Int(status.st_mode & 0o777) == mode)
        }
    }

    @Test func `where the folder can't be exchanged, files move one by one`() throws {
        for name in ["p=1/a", "p=1/b", "p=3/c"] { try store.put(folder("out/" + name), [1]) }
        let staged = try LocalStagedFolder(target, .everything, mayExchange: false)
        let writer = try staged.createWriter("p=1/a")
        try writer.write("new")
        try writer.finish()
        #expect(try names() == ["p=1/a", "p=1/b", "p=3/c"])
        try store.put(folder("out/p=3/added"), [1])
        try staged.publish()
        #expect(try names() == ["p=1/a", "p=3/added"])
        #expect(try text("out/p=1/a") == "new")
    }

    @Test func `the next writer removes what a killed one left, and nothing of a living one`() throws {
        mkdir(folder(LocalStore.temporaryPrefix + "1-1-dead"), 0o700)
        try store.put(folder(LocalStore.temporaryPrefix + "1-1-dead/new/a"), [1])
        let first = try write(["a"], .sameNames)
        let second = try write(["b"], .sameNames)
        #expect(try everything().filter { $0.hasPrefix(LocalStore.temporaryPrefix) }.count == 2)
        try second.publish()
        try first.publish()
        #expect(try names() == ["a", "b"])
    }

    @Test func `many writers of one folder lose nothing`() throws {
        let path = target
        onThreads(6) { index in
            for round in 0..<5 {
                guard let staged = try? LocalStore().stage(folder: path, .sameNames),
                    let writer = try? staged.createWriter("p=\(round)/\(index)")
                else { continue }
                try? writer.finish()
                try? staged.publish()
            }
        }
        #expect(try names().count == 30)
    }
}

@Suite struct StagedObjectsTests {
    @Test func `a store without folders finishes the new objects before it deletes the old ones`() throws {
        let inner = MemoryStore()
        try inner.put("out/a", [1])
        try inner.put("out/b", [1])
        let failing = FaultStore(inner, [Fault(.finish, .fail(SQLError(.ioError, "no")), path: "out/c")])
        for (store, keeps) in [(failing as any ObjectStore, true), (inner, false)] {
            let staged = try store.stage(folder: "out", .everything)
            for name in ["b", "c"] {
                let writer = try staged.createWriter(name)
                try writer.write([2])
                try writer.finish()
            }
            #expect(try inner.read("out/a") == [1])
            do { try staged.publish() } catch { #expect(keeps) }
            #expect(try inner.list("out", recursive: true).map(\.path) == (keeps ? ["out/a", "out/b"] : ["out/b_1", "out/c"]))
            if keeps { #expect(try inner.read("out/b") == [1]) }
        }
    }
}
