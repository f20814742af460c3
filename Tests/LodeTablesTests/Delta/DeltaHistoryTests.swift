// Which version of a Delta table was current at a time.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct DeltaHistoryTests {
    private func log(_ configuration: [String: String] = [:], times inCommit: [Int64?], modified: [Int64]) -> LogFolder {
        let actions = [LogFolder.version1, LogFolder.metadata(configuration)]
        var log = LogFolder(
            inCommit.enumerated().map { version, millis in
                let time = millis.map { ",\"inCommitTimestamp\":\($0)" } ?? ""
                return [#"{"commitInfo":{"operation":"WRITE"\#(time)}}"#] + (version == 0 ? actions : [LogFolder.add("f\(version)")])
            })
        for (version, micros) in modified.enumerated() { log.times["/t/_delta_log/\(DeltaLogListing.commitName(Int64(version)))"] = micros }
        return log
    }

    private func version(_ log: LogFolder, at micros: Int64) throws -> Int64 { try log.snapshot(.timestamp(micros)).version }

    @Test func `files tell when they were modified`() throws {
        let log = log(times: [nil, nil, nil], modified: [1_000_000, 2_000_000, 3_000_000])
        #expect(try version(log, at: 1_000_000) == 0)
        #expect(try version(log, at: 2_999_999) == 1)
        #expect(try version(log, at: 9_000_000) == 2)
        #expect(log.state(.timestamp(999_999)) == .invalidParameterValue)
    }

    @Test func `a later version is never earlier`() throws {
        let log = log(times: [nil, nil], modified: [2_000_000, 1_000_000])
        #expect(try version(log, at: 2_000_000) == 0)
        #expect(try version(log, at: 2_001_000) == 1)
    }

    @Test func `commits tell their time where the table says so`() throws {
        let log = log(["delta.enableInCommitTimestamps": "true"], times: [1000, 2000, 3000], modified: [9, 9, 9])
        #expect(try version(log, at: 2_500_000) == 1)
        #expect(log.state(.timestamp(999_000)) == .invalidParameterValue)
    }

    @Test func `commits before that are dated by their files`() throws {
        let configuration = [
            "delta.enableInCommitTimestamps": "true", "delta.inCommitTimestampEnablementVersion": "2",
            "delta.inCommitTimestampEnablementTimestamp": "5000",
        ]
        let log = log(configuration, times: [nil, nil, 5000, 6000], modified: [1_000_000, 2_000_000, 1, 1])
        #expect(try version(log, at: 1_500_000) == 0)
        #expect(try version(log, at: 4_999_999) == 1)
        #expect(try version(log, at: 5_000_000) == 2)
        #expect(try version(log, at: 7_000_000) == 3)
    }
}
