/// A `TableIO` over texts in memory: the log of a Delta table in `/t`.

import LodeCore
import LodeTables
import LodeVectors

@testable import LodeTables

struct LogFolder: TableIO {
    /// By path.
    var files: [String: String] = [:]
    /// Microseconds, by path.
    var times: [String: Int64] = [:]

    static let schema = #"{"type":"struct","fields":[{"name":"id","type":"integer","nullable":true,"metadata":{}},"#
        + #"{"name":"day","type":"date","nullable":true,"metadata":{}}]}"#
    static let version1 = #"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#

    static func metadata(schema: String = schema, partitions: [String] = [], _ configuration: [String: String] = [:]) -> String {
        let quoted = schema.replacing("\"", with: "\\\"")
        let names = partitions.map { "\"\($0)\"" }.joined(separator: ",")
        let properties = configuration.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
        return #"{"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"\#(quoted)","#
            + #""partitionColumns":[\#(names)],"configuration":{\#(properties)}}}"#
    }

    static func add(_ path: String, day: String? = nil, stats: String? = nil, more: String = "", dataChange: Bool = true) -> String {
        let values = day.map { "{\"day\":\"\($0)\"}" } ?? "{}"
        let text = stats.map { ",\"stats\":\"\($0.replacing("\"", with: "\\\""))\"" } ?? ""
        let change = "\"dataChange\":\(dataChange)"
        return #"{"add":{"path":"\#(path)","partitionValues":\#(values),"size":10,"modificationTime":1,\#(change)\#(text)\#(more)}}"#
    }

    static func remove(_ path: String, dataChange: Bool = true) -> String {
        #"{"remove":{"path":"\#(path)","dataChange":\#(dataChange)}}"#
    }

    /// A table of one commit a list of actions.
    init(_ commits: [[String]]) {
        for (version, actions) in commits.enumerated() { self[DeltaLogListing.commitName(Int64(version))] = actions }
    }

    /// The lines of a file of the log.
    subscript(name: String) -> [String]? {
        get { files["/t/_delta_log/" + name]?.split(separator: "\n").map(String.init) }
        set { files["/t/_delta_log/" + name] = newValue.map { $0.joined(separator: "\n") + "\n" } }
    }

    func snapshot(_ time: TableTime? = nil) throws -> DeltaSnapshot {
        guard let snapshot = try DeltaFormat.snapshot(of: "/t/", at: time, self) as? DeltaSnapshot else { throw Broken() }
        return snapshot
    }

    /// The files of a version, by name.
    func paths(_ time: TableTime? = nil, where predicate: ColumnPredicate? = nil) throws -> [String] {
        try snapshot(time).plan(predicate).files.map { String($0.path.dropFirst(3)) }
    }

    func state(_ time: TableTime? = nil) -> SQLState? {
        do { _ = try snapshot(time).plan(nil) } catch { return (error as? SQLError)?.state }
        return nil
    }

    struct Broken: Error {}

    func list(_ folder: String) throws(SQLError) -> FolderListing {
        FolderListing(
            files: files.keys.filter { $0.hasPrefix(folder + "/") && !$0.dropFirst(folder.count + 1).contains("/") }.sorted().map {
                .init(name: String($0.dropFirst(folder.count + 1)), size: 1, modifiedMicros: times[$0] ?? 0)
            })
    }

    func read(_ path: String) throws(SQLError) -> [UInt8] {
        guard let text = files[path] else { throw SQLError(.undefinedFile, "there is no \(path)", in: path) }
        return Array(text.utf8)
    }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool { false }

    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int {
        throw SQLError(.undefinedFile, "there is no Parquet here", in: path)
    }
}
