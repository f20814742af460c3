/// Which scripts a run means, and in which order.

import Foundation
import LodeCore
import Testing

@testable import LodePipelines

@Suite struct ScriptTests {
    private let folder = NSTemporaryDirectory() + "lode-scripts-\(UUID().uuidString)"

    private func write(_ names: String..., text: String = "SELECT 1") throws {
        for name in names {
            let path = folder + "/" + name
            try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .isoLatin1)
        }
    }

    @Test func `a folder means its scripts by name, files what was given`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("b.sql", "a.sql", "sub/c.sql", "note.txt", ".hidden.sql")
        #expect(try Script.find([folder]).map(\.name) == ["a.sql", "b.sql", "sub/c.sql"])
        #expect(try Script.find([folder + "/note.txt", folder + "/a.sql"]).map(\.name) == [folder + "/note.txt", folder + "/a.sql"])
    }

    @Test func `what is not there is an error`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("empty/note.txt")
        for path in [folder + "/nothing", folder + "/empty"] {
            let error = #expect(throws: SQLError.self) { try Script.find([path]) }
            #expect(error?.state == .undefinedFile)
        }
    }

    @Test func `a script must be UTF-8`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("latin.sql", text: "SELECT 'é'")
        let error = #expect(throws: SQLError.self) { try Script.find([folder]).first?.text() }
        #expect(error?.state == .characterNotInRepertoire)
    }
}
