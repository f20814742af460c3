// Types written as text.

import LodeCore
import Testing

@Suite struct TypeReaderTests {
    @Test(arguments: [
        ("int", "integer"), ("DECIMAL(10, 2)", "decimal(10,2)"), ("varchar[]", "varchar[]"), ("array<int>", "integer[]"),
        ("map<varchar, array<double>>", "map(varchar, double[])"),
        ("struct<a:int,b:struct<c:date>>", "struct(a integer, b struct(c date))"),
    ])
    func `each dialect's spelling is the same type`(text: String, type: String) throws {
        #expect(try TypeReader.read(text).description == type)
    }

    @Test(arguments: ["integer", "decimal(38,10)", "timestamp with time zone", "struct(a integer, b varchar[])", "map(varchar, uuid)"])
    func `what a type prints reads back`(text: String) throws {
        let type = try TypeReader.read(text)
        #expect(try TypeReader.read(type.description) == type)
    }

    @Test(arguments: ["", "int int", "array<int", "map<int>", "struct<a>", "int[", "decimal(1,2,3)", "décimal", "int)", "map<,>"])
    func `what is no type is an error`(text: String) {
        #expect(throws: SQLError.self) { try TypeReader.read(text) }
    }

    @Test func `nesting has a limit`() {
        let deep = String(repeating: "array<", count: 5000) + "int" + String(repeating: ">", count: 5000)
        let error = #expect(throws: SQLError.self) { try TypeReader.read(deep) }
        #expect(error?.state == .statementTooComplex)
        #expect(throws: SQLError.self) { try TypeReader.read("int" + String(repeating: "[]", count: 5000)) }
    }
}
