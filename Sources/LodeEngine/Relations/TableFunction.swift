/// Table functions that read a table by its folder, without a catalog: `delta_scan('path', version => 3)`.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeObjectStore
import LodePlan
import LodeTables

/// One function. To add one: an element of `all`.
struct TableFunction: FileFunctionEntry {
    let name: String
    let summary: String
    let example: String
    /// The options that it understands, with their types.
    let options: [String: SQLType]
    /// Gives the table at a location.
    let relation: @Sendable (_ location: String, _ call: FileFunctionCall, StoreRegistry) throws(SQLError) -> any Relation

    var names: [String] { [name] }

    static let all = [deltaScan, deltaHistory, icebergScan, icebergSnapshots, icebergMetadata, icebergReferences]

    var optionTypes: [String: SQLType] { options }
    var followsPaths: Bool { true }

    /// - Throws: `22023` for options that the function has not.
    func source(_ call: FileFunctionCall, _ stores: StoreRegistry, _: RejectTables) throws(SQLError) -> any Relation {
        let paths = try call.paths(of: self)
        guard paths.count == 1 else { throw SQLError(.invalidParameterValue, "\(name) takes one path") }
        for (option, _) in call.named where options[option] == nil {
            throw SQLError(
                .invalidParameterValue, "unknown option \"\(option)\" for function \(name)",
                detail: options.isEmpty ? nil : "Known options: \(options.keys.sorted().joined(separator: ", ")).",
                hint: NearestName.find(option, among: Array(options.keys)).map { "Did you mean \"\($0)\"?" })
        }
        return try relation(paths[0], call, stores)
    }

    // MARK: Delta

    static let deltaScan = TableFunction(
        name: "delta_scan", summary: "The rows of a Delta table, as it is or as it was at a version or a time.",
        example: "FROM delta_scan('lake/orders', version => 12)", options: ["version": .bigint, "timestamp": .timestamptz]
    ) { (location, call, stores) throws(SQLError) in
        let snapshot = try DeltaFormat.snapshot(of: location, at: try time(call), StoreTableIO(stores))
        return try CatalogRelation.make("delta_scan('\(location)')", snapshot, stores)
    }

    /// The table that a folder holds, if it is one of a format with a log.
    static func table(in location: String, _ stores: StoreRegistry) throws(SQLError) -> (any Relation)? {
        let io = StoreTableIO(stores)
        var snapshot = try DeltaFormat.table(in: location, io)
        if snapshot == nil { snapshot = try IcebergFormat.table(in: location, io) }
        return try snapshot.map { (found) throws(SQLError) in try CatalogRelation.make("'\(location)'", found, stores) }
    }

    private static func time(_ call: FileFunctionCall) throws(SQLError) -> TableTime? {
        var times: [TableTime] = []
        for (option, value) in call.named {
            switch value {
            case .integer(let number): times.append(.version(number))
            case .timestamp(let micros): times.append(.timestamp(micros))
            default: throw SQLError(.invalidParameterValue, "\(option) must not be NULL")
            }
        }
        guard times.count <= 1 else { throw SQLError(.invalidParameterValue, "version and timestamp exclude each other") }
        return times.first
    }

    static let deltaHistory = TableFunction(
        name: "delta_history", summary: "The commits of a Delta table, the latest first.",
        example: "FROM delta_history('lake/orders')", options: [:]
    ) { (location, _, stores) throws(SQLError) in
        let rows = try deltaCommits(of: location, stores)
        return try ChunksRelation(displayName: "delta_history('\(location)')", schema: Schema(deltaCommitFields), rows: rows)
    }

    static let deltaCommitFields = [
        Field("version", .bigint), Field("timestamp", .timestamptz), Field("operation", .varchar), Field("parameters", .json),
        Field("metrics", .json), Field("user_name", .varchar), Field("engine", .varchar), Field("is_blind_append", .boolean),
    ]

    static func deltaCommits(of location: String, _ stores: StoreRegistry) throws(SQLError) -> [[Value]] {
        try DeltaHistory(of: location, StoreTableIO(stores)).entries().map { entry in
            let texts = [entry.operation, entry.parameters, entry.metrics, entry.userName, entry.engineInfo]
            return [.integer(entry.version), .timestamp(entry.micros)] + texts.map { $0.map { .text($0) } ?? .null }
                + [entry.isBlindAppend.map { .boolean($0) } ?? .null]
        }
    }
}
