/// Partitions that follow from a table's properties instead of being registered.

import Foundation
import LodeCore
import LodeObjectStore
import LodeTables

/// - Source: Amazon Athena User Guide, "Use partition projection", "Supported types".
struct PartitionProjection {
    /// More than a statement should ask for.
    private static let mostPartitions = 1_000_000

    private let table: GlueTable
    private let columns: [Field]
    private let now: Int64

    /// Nil for a table that registers its partitions.
    /// - Parameter now: microseconds since 1970-01-01 UTC.
    init?(_ table: GlueTable, _ columns: [Field], now: Int64 = EmbeddedCatalog.nowMicros()) throws(SQLError) {
        guard table.isProjected else { return nil }
        self.table = table
        self.columns = columns
        self.now = now
    }

    /// The partitions that could match, whether or not there is a folder for each.
    func partitions(_ predicate: ColumnPredicate?) throws(SQLError) -> [RegisteredPartition] {
        var found: [[(text: String, value: Value)]] = [[]]
        for (index, column) in columns.enumerated() {
            let candidates = try values(of: column, predicate).filter { Self.mayMatch(predicate, column, $0.value) }
            guard found.count.multipliedReportingOverflow(by: candidates.count).partialValue <= Self.mostPartitions else {
                throw SQLError(
                    .programLimitExceeded, "the projection of \"\(table.tableName)\" makes too many partitions",
                    detail: "More than \(Self.mostPartitions) up to column \"\(column.name)\".",
                    hint: "Add a condition on \(columns[...index].map(\.name).joined(separator: " and ")).")
            }
            found = found.flatMap { known in candidates.map { known + [$0] } }
            try Cancellation.checkCurrent()
        }
        return found.compactMap { parts in
            let values = parts.map(\.value)
            guard PartitionPruning.mayMatch(predicate, columns, values) else { return nil }
            return RegisteredPartition(values: values, location: location(parts.map(\.text)))
        }
    }

    private static func mayMatch(_ predicate: ColumnPredicate?, _ column: Field, _ value: Value) -> Bool {
        predicate?.mayMatch { name in
            name.lowercased() == column.name.lowercased() ? PartitionPruning.statistics(of: value, column.type) : nil
        } ?? true
    }

    private func location(_ texts: [String]) -> String {
        let root = table.storageDescriptor.location ?? ""
        guard var template = table.parameters["storage.location.template"] else {
            return StorePath.join(root, zip(columns, texts).map { "\($0.name)=\($1)" }.joined(separator: "/"))
        }
        for (column, text) in zip(columns, texts) { template = template.replacingOccurrences(of: "${\(column.name)}", with: text) }
        return StorePath.withoutTrailingSlash(template)
    }

    private func property(_ column: Field, _ name: String) -> String? { table.parameters["projection.\(column.name).\(name)"] }

    private func wrong(_ column: Field, _ name: String) -> SQLError {
        SQLError(
            .invalidTableDefinition, "the property projection.\(column.name).\(name) of table \"\(table.tableName)\" cannot be read",
            detail: property(column, name).map { "It is \"\($0)\"." } ?? "It is missing.")
    }

    private func values(of column: Field, _ predicate: ColumnPredicate?) throws(SQLError) -> [(text: String, value: Value)] {
        let texts: [String]
        switch property(column, "type")?.lowercased() {
        case "enum":
            guard let list = property(column, "values") else { throw wrong(column, "values") }
            texts = list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        case "integer": texts = try integers(column)
        case "date":
            let dates = ProjectedDates(format: property(column, "format") ?? "", now: now)
            let found = try dates.values(
                of: column, range: property(column, "range") ?? "", interval: property(column, "interval"),
                unit: property(column, "interval.unit"))
            guard let found else { throw wrong(column, property(column, "format") == nil ? "format" : "range") }
            return found
        case "injected":
            guard let wanted = predicate.flatMap({ Self.wanted($0, column) }) else {
                throw SQLError(
                    .featureNotSupported, "the partition column \"\(column.name)\" needs a condition",
                    detail: "Its values are injected: only those that the statement names are read.",
                    hint: "Add WHERE \(column.name) = …, or IN (…).")
            }
            return wanted.map { (PartitionText.write($0), $0) }
        default: throw wrong(column, "type")
        }
        var found: [(text: String, value: Value)] = []
        for text in texts {
            guard let value = PartitionText.read(text, as: column.type) else { throw wrong(column, "type") }
            found.append((text, value))
        }
        return found
    }

    private func integers(_ column: Field) throws(SQLError) -> [String] {
        let bounds = (property(column, "range") ?? "").split(separator: ",").map { Int64($0.trimmingCharacters(in: .whitespaces)) }
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], first <= last else { throw wrong(column, "range") }
        guard let step = Int64(property(column, "interval") ?? "1"), step > 0 else { throw wrong(column, "interval") }
        guard let digits = Int(property(column, "digits") ?? "1"), (1...20).contains(digits) else { throw wrong(column, "digits") }
        guard (last.subtractingReportingOverflow(first).partialValue / step) < Int64(Self.mostPartitions),
            !last.subtractingReportingOverflow(first).overflow
        else { throw wrong(column, "range") }
        return stride(from: first, through: last, by: Int64.Stride(step)).map { number in
            let text = String(number.magnitude)
            return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        }
    }

    /// The values that a condition allows for a column; nil if it does not say.
    private static func wanted(_ predicate: ColumnPredicate, _ column: Field) -> [Value]? {
        switch predicate {
        case .compare(let name, .equal, let value) where name.lowercased() == column.name.lowercased(): [value]
        case .isIn(let name, let values) where name.lowercased() == column.name.lowercased(): values.values
        case .all(let parts): parts.lazy.compactMap { wanted($0, column) }.first
        default: nil
        }
    }
}

extension GlueTable {
    /// Whether its partitions follow from its properties.
    var isProjected: Bool { parameters["projection.enabled"]?.lowercased() == "true" }
}
