// Everything that the fuzzer ever found, again.

import LodeObjectStore
import Testing

@Suite struct FuzzReplayTests {
    private static let folder =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/Findings"

    @Test(arguments: FuzzTargets.all.map(\.name)) func `what was found once stays mended`(name: String) throws {
        let target = try #require(FuzzTargets.all.first { $0.name == name })
        for object in try LocalStore().list("\(Self.folder)/\(name)/", recursive: false) {
            let input = try LocalStore().read(object.path)
            do { try input.withUnsafeBytes(target.run) } catch let broken as BrokenRule {
                Issue.record("\(object.path): \(broken)")
            } catch {}
        }
    }

    @Test func `the findings are there`() throws {
        #expect(try LocalStore().list("\(Self.folder)/", recursive: true).count > 3)
    }
}
