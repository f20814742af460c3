/// `lode run`, the example pipelines, and the tour of the README: what they print.

import Foundation
import Testing
import Transcripts

@Suite struct PipelineTranscriptTests {
    @Test func `there are transcripts to run`() { #expect(Transcript.files("pipelines").count > 1) }

    @Test(arguments: Transcript.files("pipelines")) func `a run prints what its transcript says`(file: String) throws {
        let differences = try Transcript.differences(file)
        #expect(differences == [], "\(differences.joined(separator: "\n"))")
    }

    /// The blocks of the tour that begin with a dollar sign are one session.
    @Test func `the tour of the README prints what it says`() throws {
        let readme = try String(contentsOfFile: TranscriptFolder.root + "/README.md", encoding: .utf8)
        var blocks: [String] = [], isInside = false
        let lines = readme.split(separator: "\n", omittingEmptySubsequences: false)
        let tour = lines.drop { $0 != "## A tour" }.dropFirst().prefix { !$0.hasPrefix("## ") }
        for line in tour {
            if line.hasPrefix("```") {
                isInside.toggle()
                if isInside { blocks.append("") }
            } else if isInside {
                blocks[blocks.count - 1] += line + "\n"
            }
        }
        blocks = blocks.filter { $0.hasPrefix("$ ") }
        #expect(blocks.count > 2)
        #expect(try Transcript(blocks.joined(separator: "\n")).failures(showsExit: false).differences == [])
    }
}
