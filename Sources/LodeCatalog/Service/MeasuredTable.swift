/// What ANALYZE finds out about a table, and how Glue is told.

import LodeCloud
import LodeCore
import LodeObjectStore

/// Over all rows of a table at one time.
package struct MeasuredTable: Sendable {
    package var rows: Int
    package var columns: [MeasuredColumn]

    package init(rows: Int, columns: [MeasuredColumn]) {
        self.rows = rows
        self.columns = columns
    }
}

/// Of one column. NULL where its type has none of it, or the table no value.
package struct MeasuredColumn: Sendable {
    package var field: Field
    package var minimum: Value
    package var maximum: Value
    package var nulls: Int
    package var distinct: Int
    /// Of texts and bytes.
    package var longest: Int
    package var averageLength: Double
    package var trues: Int

    package init(
        _ field: Field, minimum: Value, maximum: Value, nulls: Int, distinct: Int, longest: Int, averageLength: Double, trues: Int
    ) {
        self.field = field
        self.minimum = minimum
        self.maximum = maximum
        self.nulls = nulls
        self.distinct = distinct
        self.longest = longest
        self.averageLength = averageLength
        self.trues = trues
    }

    /// A `ColumnStatisticsData`; nil for what Glue has none for.
    /// - Source: AWS Glue Web API Reference, "ColumnStatisticsData".
    func data(rows: Int) -> CloudJSON? {
        func data(_ kind: String, _ name: String, _ facts: [String: CloudJSON]) -> CloudJSON {
            var own: CloudJSON = ["NumberOfNulls": .number(String(nulls))]
            for (name, fact) in facts.sorted(by: { $0.key < $1.key }) { own[member: name] = fact }
            return .object([(name: "Type", value: .string(kind)), (name: "\(name)ColumnStatisticsData", value: own)])
        }
        let distinct = CloudJSON.number(String(distinct)), longest = CloudJSON.number(String(longest))
        let average = CloudJSON.number(String(averageLength))
        switch field.type {
        case .varchar, .char:
            return data("STRING", "String", ["MaximumLength": longest, "AverageLength": average, "NumberOfDistinctValues": distinct])
        case .varbinary: return data("BINARY", "Binary", ["MaximumLength": longest, "AverageLength": average])
        case .boolean:
            let falses = max(0, rows - nulls - trues)
            return data("BOOLEAN", "Boolean", ["NumberOfTrues": .number(String(trues)), "NumberOfFalses": .number(String(falses))])
        case .decimal: return data("DECIMAL", "Decimal", ["NumberOfDistinctValues": distinct])
        default: break
        }
        guard let low = Self.number(minimum), let high = Self.number(maximum) else { return nil }
        let bounds: [String: CloudJSON] = ["MinimumValue": .number(low), "MaximumValue": .number(high), "NumberOfDistinctValues": distinct]
        switch field.type {
        case .tinyint, .smallint, .integer, .bigint, .timestamp: return data("LONG", "Long", bounds)
        case .real, .double: return data("DOUBLE", "Double", bounds)
        case .date: return data("DATE", "Date", bounds)
        default: return nil
        }
    }

    /// Times are in seconds since 1970-01-01.
    private static func number(_ value: Value) -> String? {
        switch value {
        case .integer(let number): String(number)
        case .double(let number): number.isFinite ? String(number) : nil
        case .date(let days): String(Int64(days) * 86_400)
        case .timestamp(let micros): String(micros / 1_000_000)
        default: nil
        }
    }
}

extension GlueCatalog {
    /// The most columns that UpdateColumnStatisticsForTable takes.
    private static let mostColumns = 100

    package func analyze(_ name: TableName, _ measure: () throws(SQLError) -> MeasuredTable) throws(SQLError) {
        let table = try requireTable(name)
        try GlueSnapshot.refuseForeign(table)
        let measured = try measure(), seconds = EmbeddedCatalog.nowMicros() / 1_000_000
        let types = Dictionary(table.storageDescriptor.columns.map { ($0.name, $0.type) }) { first, _ in first }
        var list: [CloudJSON] = []
        for column in measured.columns {
            guard let data = column.data(rows: measured.rows), let type = types[column.field.name] else { continue }
            list.append(
                [
                    "ColumnName": .string(column.field.name), "ColumnType": .string(type), "AnalyzedTime": .number(String(seconds)),
                    "StatisticsData": data,
                ])
        }
        for part in list.batches(of: Self.mostColumns) {
            var request = tableRequest(name)
            request[member: "ColumnStatisticsList"] = .array(part)
            let answer = try send("UpdateColumnStatisticsForTable", request)
            guard let fault = answer["Errors"]?.items.first else { continue }
            throw SQLError(
                .ioError, "Glue could not take statistics of \"\(name)\"",
                detail: fault["Error"]?["ErrorMessage"]?.string ?? fault["Error"]?["ErrorCode"]?.string)
        }
        try commit(.alter(name, [.setProperties(["numRows": String(measured.rows)])]))
    }
}
