/// Text functions: results as PostgreSQL gives them, and hostile inputs.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct TextFunctionTests {
    @Test func `length, case and trimming count characters`() throws {
        #expect(try Calls.run("length", .text("Straße", "", nil, "日本語")) == ["6", "0", "NULL", "3"])
        #expect(try Calls.run("octet_length", .text("Straße")) == ["7"])
        #expect(
            try Calls.run("upper", .text("Straße", "abc", "a text that is rather long: ä", "", nil)) == [
                "STRASSE", "ABC", "A TEXT THAT IS RATHER LONG: Ä", "", "NULL",
            ])
        #expect(try Calls.run("lower", .text("ÄB", "AZ@[")) == ["äb", "az@["])
        #expect(try Calls.run("initcap", .text("hi THOMAS o'neil")) == ["Hi Thomas O'Neil"])
        #expect(
            try Calls.run("trim", .text("  ab ", "", "   ", "a long text that has no blanks around")) == [
                "ab", "", "", "a long text that has no blanks around",
            ])
        #expect(try Calls.run("trim", .text("xyabyx", "ñañ"), .text("xyñ")) == ["ab", "a"])
        #expect(try Calls.run("rtrim", .text("ab  ")) == ["ab"])
    }

    @Test func `substring follows PostgreSQL, before the start and beyond the end`() throws {
        #expect(
            try Calls.run("substring", .text("hello"), .int(2, 0, -1, 6, 1), .int(3, 3, 4, 2, 100)) == ["ell", "he", "he", "", "hello"])
        #expect(try Calls.run("substring", .text("grüße sind lang genug"), .int(3), .int(3)) == ["üße"])
        #expect(try Calls.run("substring", .text("hello"), .big(.max, .min), .big(.max, .max)) == ["", ""])
        #expect(try Calls.run("substring", .text("日本語テキスト"), .int(2)) == ["本語テキスト"])
        #expect(Calls.state { _ = try Calls.run("substring", .text("hello"), .int(1), .int(-1)) } == .invalidParameterValue)
        #expect(try Calls.run("left", .text("abcde"), .int(2, -2, 9, -9)) == ["ab", "abc", "abcde", ""])
        #expect(try Calls.run("right", .text("abcde"), .int(2, -2, 9, -9)) == ["de", "cde", "abcde", ""])
        #expect(try Calls.run("left", .text("abc"), .big(.min)) == [""])
    }

    @Test func `building texts`() throws {
        #expect(try Calls.run("lpad", .text("hi", "hello"), .int(5, 2), .text("xy")) == ["xyxhi", "he"])
        #expect(try Calls.run("rpad", .text("hi"), .int(4)) == ["hi  "])
        #expect(try Calls.run("replace", .text("abab", "aaa"), .text("b", "aa"), .text("xx", "b")) == ["axxaxx", "ba"])
        #expect(try Calls.run("translate", .text("12345"), .text("143"), .text("ax")) == ["a2x5"])
        #expect(try Calls.run("reverse", .text("añb")) == ["bña"])
        #expect(try Calls.run("repeat", .text("ab"), .int(3, 0, -1)) == ["ababab", "", ""])
        #expect(Calls.state { _ = try Calls.run("repeat", .text("ab"), .big(.max)) } == .programLimitExceeded)
        #expect(Calls.state { _ = try Calls.run("lpad", .text("ab"), .big(.max)) } == .programLimitExceeded)
        #expect(try Calls.run("overlay", .text("Txxxxas"), .text("hom"), .int(2), .int(4)) == ["Thomas"])
        #expect(
            try Calls.run("||", .text("a", nil, "a text of some length"), .text("b", "c", " and more")) == [
                "ab", "NULL", "a text of some length and more",
            ])
        #expect(try Calls.run("||", .text("n"), .int(1)) == ["n1"])
        #expect(try Calls.run("concat", .text("a", nil), .int(1, 2)) == ["a1", "2"])
        #expect(try Calls.run("concat_ws", .text(",", nil), .text("a", "b"), .text(nil, "c"), .text("d", "e")) == ["a,d", "NULL"])
        #expect(try Calls.run("format", .text("%s is %I or %L, %%"), .text("x"), .text("y"), .text("it's")) == ["x is \"y\" or 'it''s', %"])
        #expect(Calls.state { _ = try Calls.run("format", .text("%s %s"), .text("x")) } == .invalidParameterValue)
    }

    @Test func `searching and splitting`() throws {
        #expect(try Calls.run("strpos", .text("high", "grüß", "x", ""), .text("ig", "ß", "", "a")) == ["2", "4", "1", "0"])
        #expect(try Calls.run("split_part", .text("a,b,c"), .text(","), .int(2, -1, 9, -9)) == ["b", "c", "", ""])
        #expect(try Calls.run("string_split", .text("a,b,,c", "", nil), .text(",")) == ["[a, b, '', c]", "['']", "NULL"])
        #expect(try Calls.run("levenshtein", .text("kitten", "", "ab"), .text("sitting", "abc", "ab")) == ["3", "3", "0"])
        #expect(try Calls.run("starts_with", .text("abc", "ab"), .text("ab", "abc")) == ["true", "false"])
        #expect(try Calls.run("ends_with", .text("abc", "b"), .text("bc", "abc")) == ["true", "false"])
    }

    @Test func `the needle is found wherever it lies`() throws {
        for length in 1...70 {
            let text = (0..<length).map { _ in "a" }.joined()
            for place in stride(from: 0, to: length - 1, by: 3) {
                var characters = Array(text)
                characters[place] = "x"
                characters[place + 1] = "y"
                #expect(try Calls.run("strpos", .text(String(characters)), .text("xy")) == ["\(place + 1)"])
            }
            #expect(try Calls.run("contains", .text(text), .text("xy")) == ["false"])
            #expect(try Calls.run("contains", .text(text), .text(text)) == ["true"])
            #expect(try Calls.run("contains", .text(text), .text(text + "a")) == ["false"])
        }
    }

    @Test func `LIKE in all its forms`() throws {
        let cases: [(String, String, Bool)] = [
            ("abc", "abc", true), ("abc", "ab", false), ("abc", "a%", true), ("abc", "%c", true), ("abc", "%b%", true),
            ("abc", "%x%", false), ("abc", "a_c", true), ("abc", "a_", false), ("", "", true), ("", "%", true), ("", "_", false),
            ("a b special packages requests", "%special%requests%", true), ("requests special and more of it", "%special%requests%", false),
            ("forest green", "forest%", true), ("PROMO BRUSHED STEEL", "PROMO%", true), ("MEDIUM POLISHED TIN", "MEDIUM POLISHED%", true),
            ("grüße", "gr__e", true), ("grüße", "gr___e", false), ("ünter", "_nter", true), ("aXbXc", "a%X%c", true), ("abab", "%ab", true),
            ("ab", "%ab%ab", false), ("x%y", "x\\%y", true), ("xzy", "x\\%y", false), ("a\\b", "a\\\\b", true), ("日本語", "日_語", true),
            ("mississippi", "%iss%ip%", true), ("mississippi", "m%iss", false), ("abc", "%_c", true), ("c", "%_c", false),
            ("abcd", "ab%cd", true),
            ("abd", "ab%bd", false),
        ]
        for (text, pattern, expected) in cases {
            #expect(try Calls.run("like", .text(text), .text(pattern)) == ["\(expected)"], "\(text) LIKE \(pattern)")
            #expect(try Calls.run("not_like", .text(text, nil), .text(pattern)) == ["\(!expected)", "NULL"], "\(text) NOT LIKE \(pattern)")
        }
        #expect(try Calls.run("ilike", .text("ABC", "ÄBC"), .text("a%", "ä%")) == ["true", "true"])
        #expect(try Calls.run("like", .text("x%y", "xzy"), .text("x!%y"), .text("!")) == ["true", "false"])
        #expect(try Calls.run("like", .text("x\\y"), .text("x\\y"), .text("")) == ["true"])
        #expect(Calls.state { _ = try Calls.run("like", .text("a"), .text("a\\")) } == .invalidEscapeSequence)
    }

    @Test func `regular expressions`() throws {
        #expect(try Calls.run("~", .text("abc", "xyz", nil), .text("b+")) == ["true", "false", "NULL"])
        #expect(try Calls.run("~*", .text("ABC"), .text("b")) == ["true"])
        #expect(try Calls.run("similar_to", .text("abc", "abc", "aXc"), .text("%(b|d)%", "b", "a.c")) == ["true", "false", "false"])
        #expect(try Calls.run("glob", .text("abc", "a.c", "xbc"), .text("a*", "a.?", "[!x]*")) == ["true", "true", "false"])
        #expect(try Calls.run("regexp_extract", .text("a1b22", "none"), .text("[0-9]+")) == ["1", "NULL"])
        #expect(try Calls.run("regexp_extract", .text("x=7"), .text("(\\w)=(\\d)"), .int(2)) == ["7"])
        #expect(try Calls.run("regexp_extract_all", .text("a1b22"), .text("[0-9]+")) == ["[1, 22]"])
        #expect(try Calls.run("regexp_replace", .text("abcabc"), .text("b"), .text("X")) == ["aXcabc"])
        #expect(try Calls.run("regexp_replace", .text("ab12"), .text("(\\d)"), .text("<\\1>"), .text("g")) == ["ab<1><2>"])
        #expect(try Calls.run("regexp_replace", .text("abc"), .text("x*"), .text("-"), .text("g")) == ["-a-b-c-"])
        #expect(try Calls.run("regexp_count", .text("abcabc", ""), .text("b", "b")) == ["2", "0"])
        #expect(try Calls.run("regexp_split_to_array", .text("a1b22c"), .text("[0-9]+")) == ["[a, b, c]"])
        #expect(try Calls.run("regexp_like", .text("HELLO"), .text("h"), .text("i")) == ["true"])
        #expect(Calls.state { _ = try Calls.run("~", .text("a"), .text("(")) } == .invalidRegularExpression)
        #expect(Calls.state { _ = try Calls.run("regexp_extract", .text("a"), .text("a"), .int(5)) } == .invalidParameterValue)
        let evil = String(repeating: "a", count: 40) + "!"
        #expect(Calls.state { _ = try Calls.run("~", .text(evil), .text("^(a+)+$")) } == .statementTooComplex)
    }

    @Test func `notations`() throws {
        #expect(try Calls.run("chr", .int(65, 8364)) == ["A", "€"])
        #expect(Calls.state { _ = try Calls.run("chr", .int(0)) } == .programLimitExceeded)
        #expect(try Calls.run("ascii", .text("x", "", "€")) == ["120", "0", "8364"])
        #expect(try Calls.run("to_hex", .int(255, -1)) == ["ff", "ffffffffffffffff"])
        #expect(try Calls.run("from_base64", .text("YWI=")) == ["\\x6162"])
        #expect(try Calls.run("to_base64", Argument(.varbinary, .bytes([97, 98]))) == ["YWI="])
        #expect(try Calls.run("url_encode", .text("a b/ü")) == ["a%20b%2F%C3%BC"])
        #expect(try Calls.run("url_decode", .text("a%20b%")) == ["a b%"])
        #expect(Calls.state { _ = try Calls.run("unhex", .text("6")) } == .invalidTextRepresentation)
        #expect(try Calls.run("quote_ident", .text("a_b", "Foo")) == ["a_b", "\"Foo\""])
    }
}
