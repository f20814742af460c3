// An address is not used behind the life of what keeps its memory: the compiler sees to it, and these tests that it can.

import Foundation
import Testing

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

@Suite struct LifetimeTests {
    /// Compiles functions over an owner of memory together with the views; the lines in which the compiler finds an error.
    private func errors(in functions: String) throws -> [Int] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lifetimes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let owner = """
            final class Owner {
                private let memory = UnsafeMutablePointer<Int>.allocate(capacity: 8)
                deinit { memory.deallocate() }
                var lanes: Lanes<Int> { @_lifetime(borrow self) get { Lanes(UnsafePointer(memory), keptBy: self) } }
            }
            """
        let wrong = folder.appending(path: "Wrong.swift")
        try functions.write(to: wrong, atomically: true, encoding: .utf8)
        try owner.write(to: folder.appending(path: "Owner.swift"), atomically: true, encoding: .utf8)
        let compiler = Process(), output = Pipe()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = [
            "swiftc", "-swift-version", "6", "-enable-experimental-feature", "Lifetimes", "-emit-sil", "-wmo", "-o",
            folder.appending(path: "out.sil").path(percentEncoded: false), "-parse-as-library",
            root.appending(path: "Sources/LodeVectors/Column/Lanes.swift").path(percentEncoded: false),
            folder.appending(path: "Owner.swift").path(percentEncoded: false), wrong.path(percentEncoded: false),
        ]
        compiler.standardError = output
        compiler.standardOutput = FileHandle.nullDevice
        try compiler.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        compiler.waitUntilExit()
        return Set(text.matches(of: #/Wrong\.swift:(\d+):\d+: error:/#).compactMap { Int($0.1) }).sorted()
    }

    @Test func `a view keeps its owner alive while it is used`() throws {
        #expect(
            try errors(
                in: """
                    func sum() -> Int { let owner = Owner(); let lanes = owner.lanes; return (0..<8).reduce(0) { $0 + lanes[$1] } }
                    func first(_ lanes: Lanes<Int>) -> Int { lanes[0] }
                    func use() -> Int { first(Owner().lanes) + Owner().lanes[1] }
                    func temporary() -> Int { let lanes = Owner().lanes; return lanes[0] }
                    """) == [])
    }

    @Test func `a view that outlives its owner does not compile`() throws {
        #expect(
            try errors(
                in: """
                    func captured() -> () -> Int { let owner = Owner(); let lanes = owner.lanes; return { lanes[0] } }
                    func replaced() -> Int { var owner = Owner(); let lanes = owner.lanes; owner = Owner(); return lanes[0] }
                    func left() -> Int {
                        var lanes: Lanes<Int>?
                        do { let owner = Owner(); lanes = owner.lanes }
                        return lanes?[0] ?? 0
                    }
                    """) == [1, 2, 4])
    }

    @Test func `a view can be neither stored nor returned without its owner`() throws {
        #expect(try errors(in: "struct Kept { let lanes: Lanes<Int> }") == [1])
        #expect(try errors(in: "func returned() -> Lanes<Int> { let owner = Owner(); return owner.lanes }") == [1])
    }

    /// Where addresses leave the closures that they are lent to, each for a reason.
    private static let escapes: Set<String> = [
        "Sources/LodeExecution/Operators/Window/StateBlock.swift",  // aggregates take addresses of states
        "Sources/LodeFormats/Text/TextWindow.swift",  // tokenizers of CSV and JSON go through a window byte by byte
    ]

    @Test func `addresses of owners are seen by the files that make views of them`() throws {
        var raw: Set<String> = [], escaping: Set<String> = []
        let walker = FileManager.default.enumerator(at: root.appending(path: "Sources"), includingPropertiesForKeys: nil)
        for case let url as URL in walker?.allObjects ?? [] where url.pathExtension == "swift" {
            let text = try String(contentsOf: url, encoding: .utf8)
            let path = String(url.path(percentEncoded: false).dropFirst(root.path(percentEncoded: false).count))
            if text.contains("rawAddress") { raw.insert(path) }
            // The body of the closure is the address, or one that is made of it.
            let address = #/withUnsafe(?:Bytes|Pointer) \{ (?:Unsafe\w+\()?\$0(?: \+ [^{}]*|\.assumingMemoryBound\(to: [\w.]+\))?\)? \}/#
            if text.contains(address) { escaping.insert(path) }
        }
        #expect(raw == Self.rawFiles)
        #expect(escaping == Self.escapes)
    }

    private static let rawFiles: Set<String> = [
        "Sources/LodeVectors/Column/Buffer.swift", "Sources/LodeVectors/Column/Column.swift",
        "Sources/LodeVectors/Column/TextArena.swift",  // texts lie where their lanes point at
        "Sources/LodeVectors/Rows/RowGather.swift", "Sources/LodeVectors/Rows/RowStore.swift",  // rows are known by their addresses
    ]
}
