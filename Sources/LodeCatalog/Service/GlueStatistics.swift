/// What Glue keeps of columns: counts and bounds, which estimates go by.

import Foundation
import LodeCloud
import LodeCore
import LodeTables

/// A service that can't tell is left alone for a while: statements do without.
final class GlueStatistics: Sendable {
    static let action = "GetColumnStatisticsForTable"
    /// The most columns that it tells of at once.
    static let mostColumns = 100
    private static let pauseMicros: Int64 = 300_000_000

    private let silentUntil = Lock<Int64>(0)

    /// Nil where nothing is known.
    func answer(_ ask: () throws(SQLError) -> CloudJSON) -> CloudJSON? {
        let now = EmbeddedCatalog.nowMicros()
        if silentUntil.withLock({ $0 > now }) { return nil }
        do throws(SQLError) {
            return try ask()
        } catch {
            let isPassing = error.state == .undefinedObject || error.state == .queryCanceled
            if !isPassing { silentUntil.withLock { $0 = now + Self.pauseMicros } }
            return nil
        }
    }
}

extension GlueCatalog {
    /// What Glue knows of columns of a table, by name: of as many as one request asks for, the wanted ones first. Its partitions would have
    /// to be asked one by one.
    func columnEstimates(of table: GlueTable, _ schema: Schema, wanted: [String]) -> [String: ColumnStatistics] {
        let own = table.storageDescriptor.columns.map(\.name), first = wanted.filter(own.contains)
        let names = (first + own.filter { !first.contains($0) }).prefix(GlueStatistics.mostColumns)
        if first.isEmpty { return [:] }
        let answer = statistics.answer { () throws(SQLError) in
            var request = tableRequest(table.tableName)
            request[member: "ColumnNames"] = .array(names.map { .string($0) })
            return try send(GlueStatistics.action, request)
        }
        var found: [String: ColumnStatistics] = [:]
        for item in answer?["ColumnStatisticsList"]?.items ?? [] {
            guard let name = item["ColumnName"]?.string, let place = schema.index(of: name), let data = item["StatisticsData"],
                let known = ColumnStatistics(data, schema.fields[place].type)
            else { continue }
            found[schema.fields[place].name] = known
        }
        return found
    }
}

extension ColumnStatistics {
    /// - Parameter json: a `ColumnStatisticsData`.
    /// - Source: AWS Glue Web API Reference, "ColumnStatisticsData".
    init?(_ json: CloudJSON, _ type: SQLType) {
        let kinds = ["Boolean", "Date", "Decimal", "Double", "Long", "String", "Binary"]
        guard let data = kinds.lazy.compactMap({ json["\($0)ColumnStatisticsData"] }).first else { return nil }
        func count(_ name: String) -> Int? { data[name]?.integer.flatMap { $0 < 0 ? nil : Int(exactly: $0) } }
        self.init(
            minimum: data["MinimumValue"].flatMap { Self.bound($0, type) }, maximum: data["MaximumValue"].flatMap { Self.bound($0, type) },
            nullCount: count("NumberOfNulls"), distinctCount: count("NumberOfDistinctValues"))
        if let trues = count("NumberOfTrues"), let falses = count("NumberOfFalses") {
            distinctCount = (trues > 0 ? 1 : 0) + (falses > 0 ? 1 : 0)
        }
    }

    /// Times are in seconds since 1970-01-01.
    private static func bound(_ json: CloudJSON, _ type: SQLType) -> Value? {
        switch type {
        case .tinyint, .smallint, .integer, .bigint: json.integer.map { .integer($0) }
        case .real, .double: if case .number(let text) = json { Double(text).map { .double($0) } } else { nil }
        case .date: json.integer.flatMap { Int32(exactly: $0 / 86_400 - ($0 % 86_400 < 0 ? 1 : 0)) }.map { .date($0) }
        case .timestamp, .timestamptz: json.micros.map { .timestamp($0) }
        case .decimal: decimal(json)
        default: nil
        }
    }

    /// A `DecimalNumber`: bytes of a whole number, the greatest first, and how many of its digits are a fraction's.
    private static func decimal(_ json: CloudJSON) -> Value? {
        guard let scale = json["Scale"]?.integer, (0...Int64(Decimal128.maximumPrecision)).contains(scale),
            let text = json["UnscaledValue"]?.string, let bytes = Data(base64Encoded: text), (1...16).contains(bytes.count)
        else { return nil }
        var unscaled: Int128 = bytes.first.map { $0 >= 0x80 } ?? false ? -1 : 0
        for byte in bytes { unscaled = unscaled << 8 | Int128(byte) }
        return .decimal(unscaled, scale: Int(scale))
    }
}
