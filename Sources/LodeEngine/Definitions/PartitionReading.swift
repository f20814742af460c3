/// Reading by what a table is divided: columns, and transforms in the words of Spark, Athena, Trino and Iceberg.

import LodeCatalog
import LodeCore
import LodeSyntax
import LodeTables

enum PartitionReading {
    /// `day(ts)`, `bucket(16, id)`, `truncate(name, 4)`.
    /// - Throws: `0A000` for another function, `22023` for arguments that are none of its.
    static func term(_ call: FunctionCall, at span: SourceSpan?) throws(SQLError) -> PartitionTerm {
        var column: String?, number: Int64?
        for argument in call.arguments {
            switch argument.value.kind {
            case .name(let name) where name.parts.count == 1: column = name.last.text
            case .literal(.number(let text)): number = Int64(text)
            default: break
            }
        }
        let word = call.name.last.text.lowercased(), count = call.arguments.count
        guard let column, count == (number == nil ? 1 : 2) else {
            throw SQLError(
                .invalidParameterValue, "\(word)(…) does not say by which column the table is partitioned", at: span,
                hint: "Write day(column), or bucket(16, column).")
        }
        guard let transform = transform(word, number) else {
            throw SQLError.unsupported(
                "partitioning by \(word)(…)", at: span,
                hint: "There are year, month, day, hour, bucket(n, column) and truncate(n, column).")
        }
        return PartitionTerm(column, transform)
    }

    private static func transform(_ word: String, _ number: Int64?) -> IcebergTransform? {
        if let number {
            guard (1...Int64(Int32.max)).contains(number) else { return nil }
            return word == "bucket" ? .bucket(number) : word == "truncate" || word == "trunc" ? .truncate(number) : nil
        }
        switch word {
        case "identity": return .identity
        case "year", "years": return .year
        case "month", "months": return .month
        case "day", "days", "date": return .day
        case "hour", "hours", "date_hour": return .hour
        default: return nil
        }
    }

    /// An item of `partitioning = ARRAY['country', 'day(ts)']`.
    static func term(_ text: String, at span: SourceSpan?) throws(SQLError) -> PartitionTerm {
        guard text.contains("("), let expression = try? Parser.parseExpression(text), case .call(let call) = expression.kind else {
            return PartitionTerm(text)
        }
        return try term(call, at: span)
    }

    /// The terms over a table's columns, as those are spelled.
    /// - Throws: `42703` for a column that does not exist, `42P16` for one that the transform does not fit, `42701` for a term that is
    ///   given twice.
    static func checked(_ terms: [PartitionTerm], _ schema: Schema) throws(SQLError) -> [PartitionTerm] {
        var result: [PartitionTerm] = []
        for term in terms {
            guard let index = schema.index(of: term.column) else {
                throw SQLError(
                    .undefinedColumn, "partition column \"\(term.column)\" does not exist",
                    hint: NearestName.find(term.column, among: schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
            }
            let field = schema.fields[index], own = PartitionTerm(field.name, term.transform, name: term.givenName)
            guard term.transform.resultType(of: field.type) != nil else {
                throw SQLError(
                    .invalidTableDefinition, "a table cannot be partitioned by \(own.sql { $0 }): the column is of type \(field.type)")
            }
            if result.contains(where: { $0.name == own.name || ($0.column == own.column && $0.transform == own.transform) }) {
                throw SQLError(.duplicateColumn, "partition field \(own.sql { $0 }) specified more than once")
            }
            if !own.isColumn, schema.fields.contains(where: { $0.name == own.name }) {
                throw SQLError(
                    .duplicateColumn, "the partition field \(own.sql { $0 }) would be called \"\(own.name)\", as a column is")
            }
            result.append(own)
        }
        return result
    }
}
