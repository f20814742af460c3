/// The shell as its users see it: every file in Tests/Transcripts/shell.

import Testing
import Transcripts

@Suite struct ShellTranscriptTests {
    @Test func `there are transcripts to run`() { #expect(Transcript.files("shell").count > 4) }

    @Test(arguments: Transcript.files("shell")) func `the shell prints what its transcript says`(file: String) throws {
        let differences = try Transcript.differences(file)
        #expect(differences == [], "\(differences.joined(separator: "\n"))")
    }
}
