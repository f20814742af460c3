/// Writing to what is no plain file: it is written through, and stays what it is.

import Glibc
import LodeCore
import Testing

@testable import LodeObjectStore

@Suite struct LocalTargetTests {
    let folder = TemporaryFolder()
    let store = LocalStore()

    private func kind(_ name: String) -> mode_t {
        var status = stat()
        return lstat(folder(name), &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    private func mode(_ name: String) -> mode_t {
        var status = stat()
        return stat(folder(name), &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func `a symbolic link is written through`() throws {
        try store.put(folder("deep/file"), [1])
        symlink("deep/file", folder("one"))
        symlink("one", folder("two"))
        try store.put(folder("two"), [2, 2])
        #expect(try store.read(folder("deep/file")) == [2, 2])
        #expect(kind("one") == S_IFLNK && kind("two") == S_IFLNK)
    }

    @Test func `a link to nothing makes what it points to`() throws {
        symlink("made", folder("link"))
        try store.put(folder("link"), [3])
        #expect(kind("link") == S_IFLNK)
        #expect(try store.read(folder("made")) == [3])
    }

    @Test func `links that lead in a circle are an error`() throws {
        symlink("b", folder("a"))
        symlink("a", folder("b"))
        #expect(throws: SQLError.self) { try store.put(folder("a"), [1]) }
    }

    @Test func `a pipe gets the bytes and stays a pipe`() throws {
        mkfifo(folder("pipe"), 0o600)
        let reading = open(folder("pipe"), O_RDONLY | O_NONBLOCK)
        defer { close(reading) }
        let writer = try store.createWriter(folder("pipe"))
        try writer.write("through")
        try writer.finish()
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(reading, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self) == "through")
        #expect(kind("pipe") == S_IFIFO)
    }

    /// A writer may come late, and between any two looks at the pipe.
    @Test func `a pipe that nobody has opened yet is waited for`() throws {
        // A reader that has left is to be a failed test, not the end of all of them.
        signal(SIGPIPE, SIG_IGN)
        let path = folder("late")
        mkfifo(path, 0o600)
        for pause in [0, 1_000, 50_000, 150_000] as [UInt32] {
            onThreads(2) { index in
                if index == 0 {
                    usleep(pause)
                    let descriptor = open(path, O_WRONLY)
                    _ = Glibc.write(descriptor, "late", 4)
                    close(descriptor)
                } else {
                    let bytes = try? LocalStore().read(path)
                    #expect(bytes == Array("late".utf8))
                }
            }
        }
    }

    /// Device nodes are root's to make: a private one, of the kind of /dev/null.
    @Test(.enabled(if: getuid() == 0)) func `a device stays a device`() throws {
        try #require(mknod(folder("device"), S_IFCHR | 0o666, dev_t(1 << 8 | 3)) == 0)
        symlink("device", folder("link"))
        for name in ["device", "link"] {
            let writer = try store.createWriter(folder(name))
            try writer.write("gone")
            try writer.finish()
            let aborted = try store.createWriter(folder(name))
            aborted.abort()
            let staged = try store.stage(file: folder(name))
            try staged.createWriter(folder(name)).finish()
            try staged.publish()
        }
        #expect(kind("device") == S_IFCHR && kind("link") == S_IFLNK)
    }

    @Test func `an open file of the process is written where it stands`() throws {
        let descriptor = open(folder("log"), O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        _ = write(descriptor, "ab", 2)
        try store.put("/dev/fd/\(descriptor)", Array("cd".utf8))
        _ = write(descriptor, "ef", 2)
        #expect(try store.read(folder("log")) == Array("abcdef".utf8))
    }

    @Test func `a file that is replaced keeps its mode`() throws {
        try store.put(folder("a"), [1])
        chmod(folder("a"), 0o640)
        try store.put(folder("a"), [2])
        #expect(mode("a") == 0o640)
    }

    @Test(.enabled(if: getuid() == 0)) func `a file that is replaced keeps its owner`() throws {
        try store.put(folder("a"), [1])
        chown(folder("a"), 12345, 54321)
        try store.put(folder("a"), [2])
        var status = stat()
        stat(folder("a"), &status)
        #expect(status.st_uid == 12345 && status.st_gid == 54321)
    }

    @Test func `a write that is aborted leaves no folders behind`() throws {
        let writer = try store.createWriter(folder("x/y/z"))
        try writer.write([1])
        writer.abort()
        #expect(try LocalTree.names(in: folder.path) == [])
    }
}
