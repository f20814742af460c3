// An address is not used behind the last mention of what keeps its memory: the compiler may free that any time after it.

import Foundation
import Testing

/// Finds, in the text of a function, owners of memory that were made there and are not mentioned behind the last use of their addresses.
///
/// An owner is a buffer, a selection, or a column that was flattened or gathered; its address is what `pointer(as:)`, `base`, `lanes`,
/// `rows`
/// and `validity` give. Behind that, the owner must be mentioned: returned, stored, or named in `withExtendedLifetime`.
private enum Lifetimes {
    private static let address = #"\??\.(?:pointer\(as:|base\b|lanes\b|validity\b|rows\b)"#
    private static let makers =
        #"(?:flattened\(\)|gather\w*\(.*\)|\bBuffer\(.*\)|\bBuffer\.zeroed\(.*\)|Validity\.(?:and|allValid)\(.*\)|Selection(?:\.range)?\(.*\))"#

    private static func matches(_ pattern: String, _ text: String) -> [[String]] {
        guard let regex = try? NSRegularExpression(pattern: pattern) else { return [] }
        let whole = NSRange(text.startIndex..., in: text)
        return regex.matches(in: text, range: whole).map { match in
            (0..<match.numberOfRanges).map { Range(match.range(at: $0), in: text).map { String(text[$0]) } ?? "" }
        }
    }

    private static func has(_ pattern: String, _ text: String) -> Bool { text.range(of: pattern, options: .regularExpression) != nil }

    /// The bodies of functions, as the lines from their heads to the brace that closes them.
    static func functions(_ lines: [String]) -> [(start: Int, lines: [String])] {
        var found: [(start: Int, lines: [String])] = []
        for (index, line) in lines.enumerated() {
            guard line.contains("func ") || line.contains("init") || line.contains("subscript") else { continue }
            guard let head = matches(#"^( *)(?:@\w+(?:\([^)]*\))? )*(?:[a-z]+ )*(?:func |init[(?]|subscript)"#, line).first,
                !line.hasSuffix("}"), let end = lines[index...].firstIndex(of: head[1] + "}")
            else { continue }
            found.append((index + 1, Array(lines[index...end])))
        }
        return found
    }

    /// The names of owners that end too early, with the lines of the function at which they are made.
    static func early(_ body: [String]) -> [(line: Int, owner: String)] {
        var found: [(line: Int, owner: String)] = []
        for (index, line) in body.enumerated() where line.contains(" = ") && line.contains("try ") {
            let made = matches(#"\b(?:let|var) (\w+)(?:: \w+\??)? = (?:.*\? )?try (?:.*\.)?"# + makers, line)
            let more = matches(#", (\w+) = try \w+\.flattened\(\)"#, line)
            for owner in (made + more).map({ $0[1] }) where endsEarly(owner, Array(body[(index + 1)...])) { found.append((index, owner)) }
        }
        return found
    }

    private static func endsEarly(_ owner: String, _ rest: [String]) -> Bool {
        let taken = #"(?<![.\w])"# + owner + address
        guard rest.contains(where: { has(taken, $0) }) else { return false }
        if rest.contains(where: { $0.contains("withExtendedLifetime") && has(#"\b"# + owner + #"\b"#, $0) }) { return false }
        // Stored elsewhere, it lives on.
        if rest.contains(where: { has(#"(?:append\(|= )"# + owner + #"\)?$"#, $0) }) { return false }
        var pointers: Set<String> = []
        for line in rest {
            for match in matches(#"(?:\b(?:let|var)|,) (\w+) = (?:[^,=]*?\()?"# + owner + address, line) { pointers.insert(match[1]) }
        }
        var last = -1
        for (index, line) in rest.enumerated() {
            if pointers.contains(where: { has(#"(?<![.\w])"# + $0 + #"\b(?!:)"#, line) }) || has(taken, line) { last = index }
        }
        let alone = #"(?<![.\w])"# + owner + #"\b(?!:)(?!"# + address + ")"
        let isMentioned =
            rest[last...].contains { has(alone, $0) } || rest[(last + 1)...].contains { has(#"(?<![.\w])"# + owner + #"\b(?!:)"#, $0) }
        return !isMentioned
    }
}

@Suite struct LifetimeTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "Sources")

    @Test(arguments: ["LodeVectors", "LodeFunctions", "LodeExecution", "LodeFormats", "LodeShell", "LodeEngine"])
    func `owners of memory outlive the uses of its addresses`(module: String) throws {
        let walker = FileManager.default.enumerator(at: Self.sources.appending(path: module), includingPropertiesForKeys: nil)
        var found: [String] = []
        for case let url as URL in walker?.allObjects ?? [] where url.pathExtension == "swift" {
            let lines = try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
            guard lines.contains(where: { $0.contains(".pointer(as:") || $0.contains(".base") || $0.contains(".lanes") }) else { continue }
            for function in Lifetimes.functions(lines) {
                found += Lifetimes.early(function.lines).map { "\(url.lastPathComponent):\(function.start + $0.line): \($0.owner)" }
            }
        }
        #expect(Set(found).sorted() == [])
    }

    @Test func `an address that outlives its owner is found`() {
        let early = ["func f() {", "    let flat = try column.flattened()", "    run(flat.pointer(as: Int.self), n)", "}"]
        #expect(Lifetimes.early(early).map(\.owner) == ["flat"])
        let loop = ["func f() {", "    let b = try Buffer(byteCount: 8)", "    let out = b.base", "    while i < n { out[i] = 1 }", "}"]
        #expect(Lifetimes.early(loop).map(\.owner) == ["b"])
    }

    @Test func `an owner that is kept or returned is not`() {
        let kept = [
            "func f() {", "    let flat = try column.flattened()", "    defer { withExtendedLifetime(flat) {} }",
            "    run(flat.pointer(as: Int.self))", "}",
        ]
        #expect(Lifetimes.early(kept).isEmpty)
        let returned = [
            "func f() {", "    let b = try Buffer(byteCount: 8)", "    let out = b.base", "    fill(out)", "    return Column(lanes: b)",
            "}",
        ]
        #expect(Lifetimes.early(returned).isEmpty)
    }
}
