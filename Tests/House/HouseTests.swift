// The law of the house, as tests: what every file must and must not be.

import Foundation
import Testing

/// The checkout that this file lies in.
private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private struct SourceFile: CustomStringConvertible {
    var path: String
    var lines: [Substring]
    var description: String { path }
}

private func swiftFiles(under folder: String) -> [SourceFile] {
    guard let walker = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil) else { return [] }
    var files: [SourceFile] = []
    for case let url as URL in walker where url.pathExtension == "swift" {
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
        let path = String(url.path(percentEncoded: false).dropFirst(root.path(percentEncoded: false).count))
        files.append(SourceFile(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
    }
    return files
}

/// The modules whose kernels work on raw memory.
private let modulesWithUnsafeCode = ["LodeVectors", "LodeFormats", "LodeFunctions", "LodeExecution"]

/// Files of other modules that must talk to C or to raw bytes, each for a reason.
private let otherUnsafeFiles: Set<String> = [
    "Sources/LodeSyntax/Grammar/GrammarSource.swift",  // the embedded grammar is a C array
    "Sources/LodeCore/Lock.swift",  // a POSIX mutex has an address
    "Sources/LodeCore/Semaphore.swift",  // so has a POSIX semaphore
    "Sources/LodeCore/SQLText.swift",  // compares texts by their bytes
    "Sources/LodeCore/Value.swift",  // compares binary strings
    "Sources/LodeTables/RowPositions.swift",  // picks among the row numbers of a vector
    "Sources/LodePlanner/Binder/LiteralText.swift",  // hands a literal's bytes to the parsers of values
    "Sources/LodeShell/Rendering/Output.swift",  // a C stream
    "Sources/LodeShell/Repl/LineEditor.swift",  // readline's callbacks
]

@Suite struct HouseTests {
    @Test func `the law has something to hold for`() {
        #expect(swiftFiles(under: "Sources").count > 300)
    }

    @Test func `no file is longer than 600 lines`() {
        let long = (swiftFiles(under: "Sources") + swiftFiles(under: "Tests")).filter {
            $0.lines.count > 601 && !$0.path.hasSuffix("+Generated.swift")
        }
        #expect(long.map { "\($0.path): \($0.lines.count)" } == [])
    }

    @Test func `every source file begins by saying what it is about`() {
        let silent = swiftFiles(under: "Sources").filter { file in
            let first = file.lines.first { !$0.hasPrefix("// swift-tools-version") } ?? ""
            return !first.hasPrefix("//")
        }
        #expect(silent.map(\.path) == [])
    }

    @Test func `nothing in the sources can end the process on bad data`() {
        let forbidden = ["try!", " as! ", "fatalError("]
        var found: [String] = []
        for file in swiftFiles(under: "Sources") {
            for (number, line) in file.lines.enumerated() where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                if forbidden.contains(where: { line.contains($0) }) { found.append("\(file.path):\(number + 1)") }
            }
        }
        #expect(found == [])
    }

    @Test func `nothing but the faces prints`() {
        var found: [String] = []
        for file in swiftFiles(under: "Sources") where !file.path.hasPrefix("Sources/lode/") && !file.path.hasPrefix("Sources/LodeShell/") {
            for (number, line) in file.lines.enumerated() where line.contains(" print(") && !line.contains("//") {
                found.append("\(file.path):\(number + 1)")
            }
        }
        #expect(found == [])
    }

    /// No statement is put together as text, to be parsed again.
    @Test func `statements are parsed where text comes in, and stored views where they are read`() {
        let parsing = swiftFiles(under: "Sources").filter { file in
            !file.path.hasPrefix("Sources/LodeSyntax/") && file.lines.contains { $0.contains("Parser.parse(") }
        }
        #expect(
            parsing.map(\.path).sorted() == [
                "Sources/LodeEngine/Relations/SessionResolver.swift", "Sources/LodeEngine/StatementRunner.swift",
            ])
    }

    @Test func `unsafe pointers stay where kernels are`() {
        var found: Set<String> = []
        for file in swiftFiles(under: "Sources") {
            let module = file.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            if modulesWithUnsafeCode.contains(module) || otherUnsafeFiles.contains(file.path) { continue }
            if file.lines.contains(where: { $0.contains("Unsafe") && $0.contains("Pointer<") && !$0.contains("//") }) {
                found.insert(file.path)
            }
        }
        #expect(found.sorted() == [])
    }

    @Test func `no benchmark is named in the engine`() {
        var found: [String] = []
        for file in swiftFiles(under: "Sources") {
            let text = file.lines.joined(separator: "\n").lowercased()
            for name in ["tpch", "tpc-h", "lineitem", "l_orderkey", "clickbench", "store_sales"] where text.contains(name) {
                found.append("\(file.path): \(name)")
            }
        }
        #expect(found == [])
    }

    @Test func `no line is wider than 140 columns`() {
        let sources = swiftFiles(under: "Sources").flatMap { file in Self.wide(file) { _ in false } }
        // A text that is compared as a whole stays whole.
        let tests = swiftFiles(under: "Tests").flatMap { file in
            Self.wide(file) { line in ["\"", "#\"", "{"].contains { line.hasPrefix($0) } }
        }
        #expect(sources + tests == [])
    }

    private static func wide(_ file: SourceFile, _ mayBe: (Substring) -> Bool) -> [String] {
        file.lines.enumerated().filter { $1.count > 140 && !mayBe($1.drop { $0 == " " }) }.map { "\(file.path):\($0.offset + 1)" }
    }

    @Test func `no function is longer than 60 lines`() {
        var found: [String] = []
        for file in swiftFiles(under: "Sources") where !file.path.hasSuffix("+Generated.swift") {
            for (start, line) in file.lines.enumerated() where Self.beginsFunction(line) {
                let length = Self.bodyLength(file.lines[start...], line.prefix { $0 == " " })
                if length > 60 { found.append("\(file.path):\(start + 1): \(length) lines") }
            }
        }
        #expect(found == [])
    }

    /// The lines up to the brace that closes the function; 0 if its body stands on its first line, or it has none.
    private static func bodyLength(_ lines: ArraySlice<Substring>, _ indentation: Substring) -> Int {
        for (index, line) in zip(lines.indices, lines).dropFirst() where !line.isEmpty {
            if line == indentation + "}" { return index - lines.startIndex - 1 }
            // Something else begins at the same depth, or what the function lies in ends.
            let inner = line.dropFirst(indentation.count)
            if !line.hasPrefix(indentation) || !(inner.hasPrefix(" ") || inner.hasPrefix(")") || inner.hasPrefix("#")) { return 0 }
        }
        return 0
    }

    /// Whether a function or initializer with a body of several lines begins here.
    private static func beginsFunction(_ line: Substring) -> Bool {
        let modifiers: Set<Substring> = [
            "package", "public", "private", "fileprivate", "static", "mutating", "override", "final", "convenience", "borrowing", "@inline(__always)",
        ]
        let word = line.split(separator: " ").first { !modifiers.contains($0) }
        return word == "func" || word?.hasPrefix("init(") == true
    }

    /// Who may promise to the compiler what it can't check: owners of raw memory, and what a lock or an order of phases guards.
    private static let uncheckedFiles: Set<String> = [
        "Sources/LodeCore/Lock.swift",
        "Sources/LodeCore/Semaphore.swift",
        "Sources/LodeExecution/Operators/Aggregate/AggregateResult.swift",
        "Sources/LodeExecution/Operators/Aggregate/DistinctRows.swift",
        "Sources/LodeExecution/Pipeline/Strand.swift",
        "Sources/LodeFormats/Text/TextFileWriter.swift",
        "Sources/LodeVectors/Column/Buffer.swift",
        "Sources/LodeVectors/Column/Column.swift",
        "Sources/LodeVectors/Column/StringView.swift",
        "Sources/LodeVectors/HashTables/GroupRows.swift",
        "Sources/LodeVectors/HashTables/JoinTable.swift",
        "Sources/LodeVectors/Rows/RowGather.swift",
        "Sources/LodeVectors/Rows/RowMemory.swift",
        "Sources/LodeVectors/Rows/RowStore.swift",
        "Sources/LodeVectors/Rows/SortRun.swift",
        "Sources/LodeVectors/Selection.swift",
    ]

    @Test func `few types say that they are Sendable without being checked`() {
        let files = swiftFiles(under: "Sources").filter { file in
            file.lines.contains { $0.contains("@unchecked Sendable") && !$0.drop { $0 == " " }.hasPrefix("//") }
        }
        #expect(Set(files.map(\.path)) == Self.uncheckedFiles)
    }

    @Test func `every lock is one that the sanitizers understand`() {
        let files = swiftFiles(under: "Sources").filter { file in
            file.path != "Sources/LodeCore/Lock.swift" && file.lines.contains { $0.contains("Mutex<") || $0.contains("Mutex(") }
        }
        #expect(files.map(\.path) == [])
    }

    @Test func `modules import only what Package.swift lets them`() throws {
        let manifest = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
        var allowed: [String: Set<String>] = [:]
        for target in manifest.components(separatedBy: ".target(").dropFirst() {
            guard let name = target.firstMatch(of: #/name: "(\w+)"/#)?.1 else { continue }
            let list = target.firstMatch(of: #/dependencies: \[([^\]]*)\]/#)?.1 ?? ""
            allowed[String(name)] = Set(list.matches(of: #/"(Lode\w+)"/#).map { String($0.1) })
        }
        #expect(allowed["LodeVectors"] == ["LodeCore"] && allowed["LodeTables"] == ["LodeCore", "LodeVectors"])
        #expect(allowed["LodeExecution"]?.contains("LodeSyntax") == false)
        var found: [String] = []
        for file in swiftFiles(under: "Sources") {
            let module = file.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            guard let may = allowed[module] else { continue }
            for line in file.lines where line.hasPrefix("import Lode") {
                let name = String(line.dropFirst("import ".count))
                if !may.contains(name) { found.append("\(file.path): \(name)") }
            }
        }
        #expect(found == [])
    }
}
