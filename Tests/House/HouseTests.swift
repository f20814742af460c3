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
    "Sources/LodeCore/SQLText.swift",  // compares texts by their bytes
    "Sources/LodeCore/Value.swift",  // compares binary strings
    "Sources/LodePlanner/Binder/LiteralText.swift",  // hands a literal's bytes to the parsers of values
    "Sources/LodeShell/Rendering/Output.swift",  // a C stream
    "Sources/LodeShell/Repl/LineEditor.swift",  // readline's callbacks
]

@Suite struct HouseTests {
    @Test func `the law has something to hold for`() {
        #expect(swiftFiles(under: "Sources").count > 300)
    }

    @Test func `no file is longer than 600 lines`() {
        let long = (swiftFiles(under: "Sources") + swiftFiles(under: "Tests")).filter { $0.lines.count > 601 && !$0.path.hasSuffix("+Generated.swift") }
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
        #expect(parsing.map(\.path).sorted() == ["Sources/LodeEngine/Relations/SessionResolver.swift", "Sources/LodeEngine/StatementRunner.swift"])
    }

    @Test func `unsafe pointers stay where kernels are`() {
        var found: Set<String> = []
        for file in swiftFiles(under: "Sources") {
            let module = file.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            if modulesWithUnsafeCode.contains(module) || otherUnsafeFiles.contains(file.path) { continue }
            if file.lines.contains(where: { $0.contains("Unsafe") && $0.contains("Pointer<") && !$0.contains("//") }) { found.insert(file.path) }
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

    @Test func `modules import only what the plan allows`() {
        let allowed: [String: Set<String>] = [
            "LodeCore": [], "LodeVectors": ["LodeCore"], "LodeObjectStore": ["LodeCore"], "LodeTables": ["LodeCore", "LodeVectors"],
            "LodeSyntax": ["LodeCore"], "LodeFunctions": ["LodeCore", "LodeVectors"],
            "LodeFormats": ["LodeCore", "LodeVectors", "LodeObjectStore"],
            "LodeCatalog": ["LodeCore", "LodeTables", "LodeFormats", "LodeObjectStore", "LodeVectors"],
            "LodePlan": ["LodeCore", "LodeFunctions", "LodeTables", "LodeVectors"],
            "LodePlanner": ["LodeCore", "LodeSyntax", "LodePlan", "LodeCatalog", "LodeFunctions", "LodeTables", "LodeVectors"],
            "LodeExecution": ["LodeCore", "LodePlan", "LodeFunctions", "LodeVectors", "LodeFormats", "LodeTables", "LodeObjectStore"],
            "LodeShell": ["LodeCore", "LodeEngine", "LodeSyntax", "LodeVectors", "LodeFormats"],
            "LodePipelines": ["LodeCore", "LodeEngine", "LodeSyntax", "LodeVectors"],
        ]
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
