// What a server is told of a changed metadata document.

import LodeCloud
import Testing

@testable import LodeCatalog

@Suite struct IcebergDifferenceTests {
    private static let table = TableName("web", "t")
    private static let old: CloudJSON = [
        "format-version": 2, "table-uuid": "u", "location": "s3://lake/t", "last-column-id": 1, "current-schema-id": 0,
        "schemas": [["schema-id": 0, "fields": []]], "default-spec-id": 0, "partition-specs": [["spec-id": 0, "fields": []]],
        "last-partition-id": 999, "properties": ["a": "1", "b": "2"], "current-snapshot-id": 5,
        "snapshots": [["snapshot-id": 5]], "refs": ["main": ["snapshot-id": 5, "type": "branch"]],
    ]

    private func told(_ change: (inout CloudJSON) -> Void) -> (requirements: [String], updates: [String]) {
        var new = Self.old
        change(&new)
        let body = IcebergTableChange(Self.table, from: Self.old, to: new).body()
        func words(_ list: String, _ member: String) -> [String] { body[list]?.items.compactMap { $0[member]?.string } ?? [] }
        return (words("requirements", "type"), words("updates", "action"))
    }

    @Test func `nothing is told of a document that has not changed`() {
        #expect(told { _ in } == (["assert-table-uuid"], []))
        // Logs and times are the server's own.
        #expect(told { $0[member: "metadata-log"] = [["metadata-file": "x"]] }.updates.isEmpty)
    }

    @Test func `a snapshot needs the branch, the columns and the partitioning to be as they were`() {
        let found = told {
            $0[member: "snapshots"] = [["snapshot-id": 5], ["snapshot-id": 6]]
            $0[member: "current-snapshot-id"] = 6
            $0[member: "refs"] = ["main": ["snapshot-id": 6, "type": "branch"]]
        }
        #expect(found.updates == ["add-snapshot", "set-snapshot-ref"])
        #expect(
            found.requirements == ["assert-table-uuid", "assert-current-schema-id", "assert-default-spec-id", "assert-ref-snapshot-id"])
    }

    @Test func `a schema is added and chosen`() {
        let found = told {
            $0[member: "schemas"] = [["schema-id": 0, "fields": []], ["schema-id": 1, "fields": []]]
            $0[member: "current-schema-id"] = 1
            $0[member: "last-column-id"] = 2
        }
        #expect(found.updates == ["add-schema", "set-current-schema"])
        #expect(found.requirements == ["assert-table-uuid", "assert-current-schema-id", "assert-last-assigned-field-id"])
    }

    @Test func `properties are set and taken away`() {
        var new = Self.old
        new[member: "properties"] = ["a": "3", "c": "4"]
        let updates = IcebergTableChange(Self.table, from: Self.old, to: new).body()["updates"]?.items ?? []
        #expect(updates.first?["updates"] == ["a": "3", "c": "4"])
        #expect(updates.last?["removals"] == ["b"])
    }

    @Test func `branches, snapshots and statistics come and go`() {
        let tagged = told {
            $0[member: "refs"] = ["main": ["type": "branch", "snapshot-id": 5], "t": ["snapshot-id": 5, "type": "tag"]]
        }
        #expect(tagged == (["assert-table-uuid", "assert-ref-snapshot-id"], ["set-snapshot-ref"]))
        let emptied = told {
            $0[member: "refs"] = [:]
            $0[member: "current-snapshot-id"] = -1
            $0[member: "snapshots"] = []
            $0[member: "statistics"] = [["snapshot-id": 5]]
        }
        #expect(emptied.updates == ["remove-snapshot-ref", "remove-snapshots", "set-statistics"])
    }

    @Test func `the retention of a reference is told`() {
        var new = Self.old
        new[member: "refs"] = ["main": ["snapshot-id": 5, "type": "branch", "min-snapshots-to-keep": 3]]
        let update = IcebergTableChange(Self.table, from: Self.old, to: new).body()["updates"]?.items.first
        #expect(update?["min-snapshots-to-keep"] == 3 && update?["ref-name"] == "main")
    }

    @Test func `a new table is told whole`() {
        let change = IcebergTableChange(Self.table, from: nil, to: Self.old)
        let actions = change.body()["updates"]?.items.compactMap { $0["action"]?.string } ?? []
        #expect(change.body()["requirements"]?.items.map { $0["type"] } == ["assert-create"])
        #expect(
            actions == [
                "assign-uuid", "upgrade-format-version", "set-location", "add-schema", "set-current-schema", "add-spec", "set-default-spec",
                "set-properties", "add-snapshot", "set-snapshot-ref",
            ])
    }
}
