// Which Delta tables are refused, by what name.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct DeltaFeaturesTests {
    private func refusal(_ version: String, _ metadata: String = LogFolder.metadata()) -> String? {
        let log = LogFolder([[#"{"protocol":\#(version)}"#, metadata]])
        do { _ = try log.snapshot() } catch let error as SQLError { return "\(error.state.rawValue) \(error.message)" } catch {}
        return nil
    }

    private func features(_ names: String...) -> String {
        let list = names.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[\#(list)],"writerFeatures":[\#(list)]}"#
    }

    @Test func `readable features are read`() {
        #expect(refusal(#"{"minReaderVersion":2,"minWriterVersion":5}"#) == nil)
        #expect(
            refusal(
                features("columnMapping", "deletionVectors", "timestampNtz", "typeWidening", "v2Checkpoint", "vacuumProtocolCheck")) == nil)
        // Writers' features are no business of readers.
        #expect(
            refusal(#"{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["domainMetadata","rowTracking","unheardOf"]}"#) == nil)
    }

    @Test func `unknown ones are refused by name`() {
        #expect(refusal(features("deletionVectors", "unheardOf")) == "0A000 the Delta reader feature unheardOf is not supported")
        #expect(refusal(features("variantType", "catalogManaged")) == "0A000 the Delta reader feature catalogManaged is not supported")
        #expect(refusal(#"{"minReaderVersion":4,"minWriterVersion":7}"#) == "0A000 Delta reader version 4 is not supported")
    }

    @Test func `a protocol that contradicts itself is damage`() {
        #expect(refusal(#"{"minReaderVersion":3,"minWriterVersion":7}"#)?.hasPrefix("XX001") == true)
        #expect(refusal(#"{"minReaderVersion":1,"minWriterVersion":2,"readerFeatures":["columnMapping"]}"#)?.hasPrefix("XX001") == true)
    }

    private func typed(_ type: String, metadata: String = "{}") -> String {
        let schema = #"{"type":"struct","fields":[{"name":"c","type":\#(type),"nullable":true,"metadata":\#(metadata)}]}"#
        return LogFolder.metadata(schema: schema)
    }

    @Test func `unknown types are refused by name`() {
        let version = #"{"minReaderVersion":1,"minWriterVersion":2}"#
        #expect(refusal(version, typed(#""geography""#)) == "0A000 the Delta type geography is not supported")
        let list = typed(#"{"type":"array","elementType":"geometry","containsNull":true}"#)
        #expect(refusal(version, list) == "0A000 the Delta type geometry is not supported")
        #expect(refusal(version, typed(#""decimal(50,2)""#))?.hasPrefix("XX001") == true)
    }

    @Test func `changes of types are those of the protocol`() {
        func change(_ from: String, _ to: String) -> String? {
            let changes = #"{"delta.typeChanges":[{"fromType":"\#(from)","toType":"\#(to)"}]}"#
            return refusal(features("typeWidening"), typed("\"\(to)\"", metadata: changes))
        }
        for (from, to) in [
            ("byte", "long"), ("float", "double"), ("integer", "double"), ("date", "timestamp_ntz"), ("decimal(5,2)", "decimal(8,4)"),
            ("integer", "decimal(12,2)"), ("long", "decimal(20,0)"),
        ] { #expect(change(from, to) == nil) }
        for (from, to) in [("string", "integer"), ("long", "double"), ("decimal(5,2)", "decimal(5,3)"), ("integer", "decimal(10,2)")] {
            #expect(change(from, to) == "0A000 the Delta type change from \(from) to \(to) is not supported")
        }
    }

    @Test func `columns are found by their physical names`() throws {
        let schema = #"{"type":"struct","fields":[{"name":"a","type":"integer","nullable":true,"#
            + #""metadata":{"delta.columnMapping.id":4,"delta.columnMapping.physicalName":"col-1"}}]}"#
        func matching(_ mode: String, _ version: String) throws -> ColumnMatching {
            let metadata = LogFolder.metadata(schema: schema, ["delta.columnMapping.mode": mode])
            return try LogFolder([[#"{"protocol":\#(version)}"#, metadata]]).snapshot().columnMatching
        }
        let second = #"{"minReaderVersion":2,"minWriterVersion":5}"#
        #expect(try matching("name", second) == .mapped([MappedColumn(name: "a", fileName: "col-1")]))
        #expect(try matching("id", second) == .mapped([MappedColumn(name: "a", fileName: "col-1", fieldID: 4)]))
        // The property counts only where the protocol has the feature.
        #expect(try matching("name", #"{"minReaderVersion":1,"minWriterVersion":2}"#) == .mapped([MappedColumn(name: "a", fileName: "a")]))
    }
}
