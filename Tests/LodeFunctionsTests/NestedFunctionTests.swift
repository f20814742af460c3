/// Lists, maps, structs and JSON.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct NestedFunctionTests {
    private func ints(_ lists: [Int?]?...) -> Argument {
        Argument(
            .list(.integer),
            lists.map { $0.map { .list($0.map { $0.map { .integer(Int64($0)) } ?? .null }) } ?? .null })
    }

    @Test func `making and joining lists`() throws {
        #expect(try Calls.run("list_value", .int(1, 2), .int(nil, 3)) == ["[1, NULL]", "[2, 3]"])
        #expect(try Calls.run("list_value", .int(1), .double(2.5)) == ["[1, 2.5]"])
        #expect(
            try Calls.run("list_value", .text("a long text that is not inline", "b"), .text("c", nil)) == [
                "[a long text that is not inline, c]", "[b, NULL]",
            ])
        #expect(try Calls.run("||", ints([1], [2, 3], nil), ints([4], nil, nil)) == ["[1, 4]", "[2, 3]", "NULL"])
        #expect(try Calls.run("||", ints([1], []), .int(9, 8)) == ["[1, 9]", "[8]"])
        #expect(try Calls.run("list_prepend", .int(9), ints([1])) == ["[9, 1]"])
        let nested = Argument(.list(.list(.integer)), .list([.list([.integer(1)]), .null, .list([.integer(2), .integer(3)])]), .null)
        #expect(try Calls.run("flatten", nested) == ["[1, 2, 3]", "NULL"])
        #expect(try Calls.run("||", nested, nested) == ["[[1], NULL, [2, 3], [1], NULL, [2, 3]]", "NULL"])
    }

    @Test func `reading lists`() throws {
        #expect(try Calls.run("len", ints([1, 2], [], nil)) == ["2", "0", "NULL"])
        #expect(try Calls.run("array_length", ints([1, 2], []), .int(1)) == ["2", "NULL"])
        #expect(try Calls.run("array_extract", ints([4, 5, 6], [7], []), .int(2, -1, 1)) == ["5", "7", "NULL"])
        #expect(try Calls.run("array_extract", ints([4], [4]), .big(.min, 0)) == ["NULL", "NULL"])
        #expect(
            try Calls.run("array_slice", ints([1, 2, 3, 4], [1, 2, 3], [1]), .int(2, nil, 5), .int(3, -2, 9)) == ["[2, 3]", "NULL", "[]"])
        #expect(try Calls.run("array_slice", .text("hällo"), .int(2), .int(3)) == ["äl"])
        #expect(try Calls.run("list_contains", ints([1, 2], [nil], nil), .int(2, 1, 1)) == ["true", "false", "NULL"])
        #expect(try Calls.run("list_position", ints([1, 2], [1]), .int(2, 5)) == ["2", "NULL"])
        #expect(try Calls.run("array_to_string", ints([1, nil, 3]), .text("-")) == ["1-3"])
        #expect(try Calls.run("array_to_string", ints([1, nil]), .text(","), .text("?")) == ["1,?"])
        #expect(try Calls.run("list_max", ints([2, nil, 5], [], [nil])) == ["5", "NULL", "NULL"])
    }

    @Test func `rearranging lists`() throws {
        #expect(try Calls.run("list_sort", ints([3, nil, 1], nil)) == ["[1, 3, NULL]", "NULL"])
        #expect(try Calls.run("list_reverse", ints([1, 2])) == ["[2, 1]"])
        #expect(try Calls.run("list_distinct", ints([1, 2, 1, nil])) == ["[1, 2]"])
        #expect(try Calls.run("range", .int(3)) == ["[0, 1, 2]"])
        #expect(try Calls.run("sequence", .int(3), .int(1)) == ["[3, 2, 1]"])
        #expect(Calls.state { _ = try Calls.run("range", .big(.max)) } == .programLimitExceeded)
        #expect(Calls.state { _ = try Calls.run("range", .int(1), .int(2), .int(0)) } == .invalidParameterValue)
    }

    @Test func `maps and structs`() throws {
        let keys = Argument(.list(.varchar), .list([.text("a"), .text("b")])), values = ints([1, 2])
        #expect(try Calls.run("map", keys, values) == ["{a=1, b=2}"])
        #expect(Calls.state { _ = try Calls.run("map", keys, ints([1])) } == .invalidParameterValue)
        #expect(
            Calls.state { _ = try Calls.run("map", Argument(.list(.varchar), .list([.text("a"), .text("a")])), values) }
                == .invalidParameterValue)
        let map = Argument(.map(key: .varchar, value: .integer), .map([.init(key: .text("a"), value: .integer(1))]), .map([]), .null)
        #expect(try Calls.run("map_keys", map) == ["[a]", "[]", "NULL"])
        #expect(try Calls.run("array_extract", map, .text("a")) == ["1", "NULL", "NULL"])
        #expect(try Calls.run("map_contains", map, .text("a")) == ["true", "false", "NULL"])
        let type = SQLType.structure([Field("a", .integer), Field("b", .varchar)])
        let field = try #require(StructFunctions.extract(type, at: 1))
        let column = try Column.make(type, [.structure([.integer(1), .text("x")]), .null])
        let result = try field.kernel([column], 2, Calls.context())
        #expect(try Calls.texts(result, Calls.context()) == ["x", "NULL"])
        let constant = try field.kernel([try Column.constant(column.value(at: 0), type, count: 5)], 5, Calls.context())
        #expect(try Calls.texts(constant, Calls.context()) == Array(repeating: "x", count: 5))
        #expect(StructFunctions.extract(type, at: 2) == nil)
    }

    @Test func `JSON is read by paths`() throws {
        let json = Argument(.json, .text(#"{"a": {"b": [10, {"c": "x\"y"}]}, "n": null}"#))
        for (path, expected) in [
            ("$.a.b[0]", "10"), ("$.a.b[1].c", #""x\"y""#), ("$.a.b[-1]", #"{"c": "x\"y"}"#), ("$.z", "NULL"), ("$.n", "null"),
            ("a", #"{"b": [10, {"c": "x\"y"}]}"#),
            ("/a/b/0", "10"), ("$", #"{"a": {"b": [10, {"c": "x\"y"}]}, "n": null}"#),
        ] { #expect(try Calls.run("->", json, .text(path)) == [expected], "\(path)") }
        #expect(try Calls.run("->>", json, .text("$.a.b[1].c")) == ["x\"y"])
        #expect(try Calls.run("->>", json, .text("$.n")) == ["NULL"])
        #expect(try Calls.run("->", Argument(.json, .text("[1, 2]")), .int(1)) == ["2"])
        #expect(try Calls.run("json_extract_scalar", json, .text("$.a")) == ["NULL"])
        #expect(try Calls.run("json_array_length", .text("[1, [2, 3]]", "[]", "{}", nil)) == ["2", "0", "NULL", "NULL"])
        #expect(try Calls.run("json_keys", .text(#"{"a": 1, "b\n": 2}"#, "[]")) == ["[a, b\n]", "NULL"])
        #expect(try Calls.run("to_json", ints([1, nil])) == ["[1,null]"])
        #expect(Calls.state { _ = try Calls.run("->", json, .text("$.a[x]")) } == .invalidParameterValue)
    }

    @Test func `malformed JSON is no value and no crash`() throws {
        let deep = String(repeating: "[", count: 100_000)
        for text in ["", "{", "[1", #"{"a"}"#, #"{"a":}"#, "tru", #""\u12"#, "01", "1.", "[1,]", deep, "\u{0}"] {
            #expect(try Calls.run("json_valid", .text(text)) == ["false"], "\(text.prefix(20))")
            _ = try Calls.run("->", .text(text), .text("$.a[0]"))
            _ = try Calls.run("json_array_length", .text(text))
            _ = try Calls.run("json_keys", .text(text))
        }
        #expect(try Calls.run("json_valid", .text(#" {"a": [1.5e3, true, null, "é\u00e9"]} "#)) == ["true"])
    }
}
