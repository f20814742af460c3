// What changes of columns make of schemas, and of the columns of files.

import LodeCore
import LodeTables
import Testing

@Suite struct ColumnChangeTests {
    private static let inner = SQLType.structure([Field("x", .integer), Field("y", .varchar)])
    private static let schema = Schema([
        Field("id", .integer), Field("s", inner), Field("l", .list(inner)), Field("m", .map(key: .varchar, value: .integer)),
    ])

    private static func state(_ change: ColumnChange) -> SQLState? {
        do throws(SQLError) { _ = try schema.changed(by: change) } catch { return error.state }
        return nil
    }

    @Test func `names change at any depth`() throws {
        let changed = try Self.schema.changed(by: .rename(["L", "element", "X"], to: "z"))
        #expect(changed.fields[2].type == .list(.structure([Field("z", .integer), Field("y", .varchar)])))
        #expect(try Self.schema.changed(by: .rename(["ID"], to: "Id")).fields[0].name == "Id")
        #expect(Self.state(.rename(["id"], to: "S")) == .duplicateColumn)
        #expect(Self.state(.rename(["l", "element"], to: "z")) == .wrongObjectType)
    }

    @Test func `columns and fields go, but not the last one`() throws {
        let changed = try Self.schema.changed(by: .drop(["s", "x"]))
        #expect(changed.fields[1].type == .structure([Field("y", .varchar)]))
        #expect(throws: SQLError.self) { try changed.changed(by: .drop(["s", "y"])) }
        #expect(Self.state(.drop(["s", "z"])) == .undefinedColumn)
        #expect(Self.state(.drop(["id", "z"])) == .undefinedColumn)
    }

    @Test func `columns and fields move`() throws {
        #expect(try Self.schema.changed(by: .move(["m"], .first)).fields.map(\.name) == ["m", "id", "s", "l"])
        #expect(try Self.schema.changed(by: .move(["id"], .after("S"))).fields.map(\.name) == ["s", "id", "l", "m"])
        #expect(Self.state(.move(["id"], .after("id"))) == .undefinedColumn)
    }

    @Test func `types change, also those of elements and values`() throws {
        #expect(try Self.schema.changed(by: .retype(["m", "value"], .bigint)).fields[3].type == .map(key: .varchar, value: .bigint))
        #expect(try Self.schema.changed(by: .add(Field("z", .date), in: ["l", "element"])).fields[2].type
            == .list(.structure([Field("x", .integer), Field("y", .varchar), Field("z", .date)])))
        #expect(Self.state(.add(Field("X", .date), in: ["s"])) == .duplicateColumn)
        #expect(Self.state(.add(Field("z", .date), in: ["id"])) == .wrongObjectType)
    }

    @Test func `files keep their names`() throws {
        var columns = ColumnMatching.name.columns(of: Self.schema), schema = Self.schema
        let changes: [ColumnChange] = [
            .rename(["s", "x"], to: "z"), .add(Field("x", .bigint), in: ["s"]), .rename(["id"], to: "key"), .drop(["m"]),
        ]
        for change in changes {
            schema = try schema.changed(by: change)
            columns = MappedColumn.changed(columns, by: change)
        }
        #expect(columns.map(\.name) == ["key", "s", "l"])
        #expect(columns.map(\.fileName) == ["id", "s", "l"])
        #expect(columns[1].parts.map(\.name) == ["z", "y", "x"])
        #expect(Array(columns[1].parts.map(\.fileName).prefix(2)) == ["x", "y"])
        // No file has a field that is called so.
        #expect(columns[1].parts[2].fileName != "x")
    }
}
