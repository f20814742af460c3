// Type names mean the same in statements, in options of files and in the catalog, but for what Hive says otherwise.

import LodeCore
import LodeSyntax
import Testing

@testable import LodePlanner

@Suite struct TypeNameTests {
    private static let texts = [
        "boolean", "int2", "signed", "int8", "float4", "float", "float(24)", "float(25)", "double precision", "decimal", "numeric(5)",
        "dec(7, 2)",
        "char", "char(3)", "character varying(4)", "nchar(2)", "varchar(10)", "text", "string", "bytea", "blob", "date",
        "time without time zone",
        "timestamp(6)", "timestamp with time zone", "timestamp(6) with local time zone", "timestamp(9)",
        "interval day to second", "timestamp without time zone", "datetime",
        "interval",
        "uuid", "jsonb", "integer[]", "integer[][]", "varchar[3]", "array<int>", "array(int)", "list(int)", "map<varchar, int[]>",
        "map(int, text)",
        "struct<a: int, b: varchar[]>", "struct(a int, \"odd name\" double precision)", "row(a decimal(4,1), b struct(c date))",
    ]

    private static let wrong = [
        "nosuch", "hugeint", "timetz", "decimal(39)", "decimal(5,6)", "decimal(1,2,3)", "char(0)", "varchar(0)", "integer(4)", "integer[",
        "map(int)",
        "array<int", "int int", "",
    ]

    private func outcome(_ read: () throws -> SQLType) -> String {
        do { return "\(try read())" } catch { return (error as? SQLError)?.state.rawValue ?? "\(error)" }
    }

    @Test(arguments: texts) func `a type means the same in a statement and in an option`(text: String) throws {
        #expect(try TypeReader.read(text) == TypeBinder.type(Parser.parseType(text)))
    }

    @Test(arguments: texts) func `a type that is printed reads back`(text: String) throws {
        let type = try TypeReader.read(text)
        #expect(try TypeReader.read("\(type)") == type)
    }

    @Test(arguments: wrong) func `what is no type is refused alike`(text: String) {
        let option = outcome { try TypeReader.read(text) }
        #expect(option == outcome { try TypeBinder.type(Parser.parseType(text)) })
        #expect(["42601", "42704", "22023", "0A000"].contains(option))
    }

    @Test func `Hive's words differ where Hive does`() throws {
        #expect(try TypeReader.read("decimal", in: .hive) == .decimal(precision: 10, scale: 0))
        #expect(try TypeReader.read("decimal") == .decimal(precision: 38, scale: 9))
        #expect(try TypeReader.read("float", in: .hive) == .real)
        #expect(try TypeReader.read("float") == .double)
        #expect(try TypeReader.read("void", in: .hive) == .null)
        #expect(throws: SQLError.self) { try TypeReader.read("char", in: .hive) }
        #expect(try TypeReader.read("char") == .char(1))
    }

    @Test func `wide structs are no deeper than narrow ones`() throws {
        let members = (0..<200).map { "m\($0) int[][]" }.joined(separator: ", ")
        guard case .structure(let fields) = try TypeReader.read("struct(\(members))") else { return #expect(Bool(false)) }
        #expect(fields.count == 200)
    }
}
