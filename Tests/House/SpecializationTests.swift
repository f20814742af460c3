// Hot modules call no conversion of the standard library that is generic at run time.

import Foundation
import Testing

/// `Double(x)` of an `Int128` compiles to a call of a generic function that asks witness tables for each step, and costs a hundred times
/// what
/// the conversion of an `Int64` does. Such calls are seen in the object files of the modules that are optimized in debug builds too.
@Suite struct SpecializationTests {
    /// Parts of mangled names: `BinaryFloatingPoint._convert(from:)`, `FixedWidthInteger._convert(from:)`, `BinaryInteger` as text or
    /// power.
    private static let forbidden = ["E8_convert4from", "SzsE12_description5radix", "SzsE19quotientAndRemainder", "SZsE9magnitude"]

    private static let objects: [URL] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return ["LodeCore", "LodeVectors", "LodeFunctions", "LodeExecution", "LodeFormats"].flatMap { module in
            let folder = root.appending(path: ".build/debug/\(module).build")
            let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
            return files.filter { $0.pathExtension == "o" }
        }
    }()

    /// The symbols that an object file asks of others.
    private static func undefined(_ file: URL) throws -> [Substring] {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["nm", "-u", file.path(percentEncoded: false)]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    }

    @Test func `no hot module converts through the standard library's generics`() throws {
        var found: [String] = []
        for file in Self.objects {
            for symbol in try Self.undefined(file) where symbol.hasPrefix("$s") && Self.isGeneric(symbol) {
                found.append("\(file.lastPathComponent): \(symbol)")
            }
        }
        #expect(found == [])
    }

    /// Whether a symbol is one of the forbidden functions themselves, and not a version for concrete types.
    private static func isGeneric(_ symbol: Substring) -> Bool {
        forbidden.contains { symbol.contains($0) } && symbol.range(of: "T[A-Za-z0-9]*[gG]5", options: .regularExpression) == nil
    }

    @Test func `the generic conversion is told from its specializations`() {
        #expect(Self.isGeneric("$sSBss17FixedWidthInteger14RawSignificandRpzrlE8_convert4fromx5value_Sb5exacttqd___tSzRd__lFZ"))
        #expect(!Self.isGeneric("$ss17FixedWidthIntegerPsE8_convert4fromxSg5value_Sb5exacttqd___tSBRd__lFZs5Int64V_SdTG5"))
        #expect(!Self.isGeneric("$ss17FixedWidthIntegerPsE8_convert4fromxSg5value_Sb5exacttqd___tSBRd__lFZs4Int8V_SfTt1g5"))
    }
}
