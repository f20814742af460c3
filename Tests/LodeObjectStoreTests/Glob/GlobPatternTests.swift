/// Wildcards within one path part.

import Testing

@testable import LodeObjectStore

@Suite struct GlobPatternTests {
    @Test(arguments: [
        ("*.csv", "a.csv"), ("*", "a"), ("a*b*c", "aXbYbZc"), ("?.csv", "ä.csv"), ("[a-c]x", "bx"), ("[!a-c]x", "dx"),
        ("[]]", "]"), ("[", "["), ("a[b", "a[b"), (".*", ".hidden"), ("date=2024-*", "date=2024-01-31"), ("[a-]", "-"),
    ])
    func `a pattern matches`(pattern: String, name: String) { #expect(GlobPattern(pattern).matches(name)) }

    @Test(arguments: [
        ("*.csv", "a.csv.gz"), ("?", ""), ("?", "ab"), ("*", ".hidden"), ("?x", ".x"), ("[!a]x", "ax"), ("a*b", "ac"),
        ("*.csv", ".x.csv"), ("[b-a]", "a"), ("", "a"),
    ])
    func `a pattern does not match`(pattern: String, name: String) { #expect(!GlobPattern(pattern).matches(name)) }

    @Test func `many stars stay fast`() {
        let pattern = GlobPattern(String(repeating: "*a", count: 50) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 5_000)))
    }

    @Test func `braces give all alternatives in order`() throws {
        #expect(try GlobAlternatives.expand("x{a,b{1,2},}y") == ["xay", "xb1y", "xb2y", "xy"])
        #expect(try GlobAlternatives.expand("{a,b}{c,d}") == ["ac", "ad", "bc", "bd"])
    }

    @Test(arguments: ["{a}", "{a,b", "a}b", "x{}y", "é{"])
    func `braces that hold no choice stand for themselves`(pattern: String) throws {
        #expect(try GlobAlternatives.expand(pattern) == [pattern])
    }

    @Test func `too many alternatives are refused`() {
        #expect(throws: (any Error).self) {
            try GlobAlternatives.expand(String(repeating: "{a,b}", count: 30))
        }
    }
}
