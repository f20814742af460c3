/// Transcripts: what is typed at a terminal, and what is printed.

import Foundation

/// A text of commands and what they print:
///
///     # A comment.
///     $ lode -c "SELECT 1 AS a
///     > FROM t"
///     (what is printed, on both streams)
///     [exit 1]
///
/// Commands are bash's; those of one transcript run one after another in one new folder, in which `examples` are those of the checkout.
/// Times, sizes and estimates differ from run to run: they are compared as `N`.
package struct Transcript {
    package struct Step {
        package var comments: [String]
        package var command: String
        package var expected: [String]
        /// From 1.
        package var line: Int
    }

    package var steps: [Step] = []

    package init(_ text: String) {
        var comments: [String] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("$ ") {
                steps.append(Step(comments: comments, command: String(line.dropFirst(2)), expected: [], line: index + 1))
                comments = []
            } else if line.hasPrefix("> "), let last = steps.last, last.expected.isEmpty {
                steps[steps.count - 1].command += "\n" + line.dropFirst(2)
            } else if line.hasPrefix("# "), steps.last.map({ $0.expected.last?.isEmpty ?? false }) ?? true {
                comments.append(String(line))
            } else if !steps.isEmpty {
                steps[steps.count - 1].expected.append(String(line))
            }
        }
        for index in steps.indices {
            while steps[index].expected.last?.isEmpty == true { steps[index].expected.removeLast() }
        }
    }

    /// The transcript with what was really printed.
    package func text(_ printed: [[String]]) -> String {
        var lines: [String] = []
        for (step, printed) in zip(steps, printed) {
            lines += step.comments
            let command = step.command.split(separator: "\n", omittingEmptySubsequences: false)
            lines += command.enumerated().map { ($0 == 0 ? "$ " : "> ") + $1 }
            lines += printed + [""]
        }
        return lines.dropLast().joined(separator: "\n") + "\n"
    }
}

/// A folder in which commands are run, and which goes with it.
package final class TranscriptFolder {
    package let path: String
    /// The checkout.
    package static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardizedFileURL
        .path(percentEncoded: false)

    package init() throws {
        path = NSTemporaryDirectory() + "lode-transcript-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path + "/examples", withDestinationPath: Self.root + "/examples")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The lines that a command prints, with its exit code if that is not 0.
    package func run(_ command: String, showsExit: Bool = true) throws -> [String] {
        let process = Process(), printed = Pipe()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", "exec timeout 60 bash -c \"$0\"", command]
        process.currentDirectoryURL = URL(filePath: path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = printed
        process.standardError = printed
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = Self.binaries + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        environment["HOME"] = path
        environment["LODE_WAREHOUSE"] = nil
        process.environment = environment
        try process.run()
        let bytes = printed.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.replacingOccurrences(of: path, with: "{folder}") }
        while lines.last?.isEmpty == true { lines.removeLast() }
        if showsExit, process.terminationStatus != 0 { lines.append("[exit \(process.terminationStatus)]") }
        return lines
    }

    /// Beside the tests that are running.
    private static let binaries = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        .path(percentEncoded: false)

    /// The line without what differs from run to run.
    package static func settled(_ line: String) -> String {
        line.replacing(#/[0-9.]+ (ms|s)\b/#, with: "N ms")
            .replacing(#/[0-9.]+ (B|KiB|MiB|GiB)\b/#, with: "N B")
            .replacing(#/estimated [0-9,]+/#, with: "estimated N")
    }
}

extension Transcript {
    /// Runs all steps, and gives the ones that print something else than they should.
    package func failures(showsExit: Bool = true) throws -> (differences: [String], printed: [[String]]) {
        let folder = try TranscriptFolder()
        var differences: [String] = [], all: [[String]] = []
        for step in steps {
            let printed = try folder.run(step.command, showsExit: showsExit)
            all.append(printed)
            if printed.map(TranscriptFolder.settled) != step.expected.map(TranscriptFolder.settled) {
                let (found, expected) = (printed.joined(separator: "\n"), step.expected.joined(separator: "\n"))
                differences.append("line \(step.line): $ \(step.command)\nprinted:\n\(found)\nnot:\n\(expected)")
            }
        }
        return (differences, all)
    }

    /// The transcripts in a folder of `Tests/Transcripts`, by name.
    package static func files(_ folder: String) -> [String] {
        let path = TranscriptFolder.root + "/Tests/Transcripts/" + folder
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().map { "\(folder)/\($0)" }
    }

    /// Runs a transcript. With LODE_WRITE_TRANSCRIPTS=1 the file becomes what is printed now.
    package static func differences(_ file: String) throws -> [String] {
        let path = TranscriptFolder.root + "/Tests/Transcripts/" + file
        let transcript = Transcript(try String(contentsOfFile: path, encoding: .utf8))
        let (differences, printed) = try transcript.failures()
        if ProcessInfo.processInfo.environment["LODE_WRITE_TRANSCRIPTS"] == "1", !differences.isEmpty {
            try transcript.text(printed).write(toFile: path, atomically: true, encoding: .utf8)
        }
        return differences
    }
}
