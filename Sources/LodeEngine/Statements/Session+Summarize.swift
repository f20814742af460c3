/// SUMMARIZE: a row of statistics for every column.

import LodeCore
import LodePlan
import LodePlanner
import LodeSyntax

extension Session {
    /// Rewrites SUMMARIZE as a query with a UNION ALL of one aggregation a column: it runs like any other.
    func summarize(_ target: DescribeTarget, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let fields = try bind(target).schema.fields
        let source: String
        switch target {
        case .table(let name): source = run.source(name.span)
        case .file(_, let span): source = run.source(span)
        case .query(let query): source = "(\(run.source(query.span)))"
        }
        let parts = fields.map { field -> String in
            let name = NameQuoting.quoted(field.name)
            let number = field.type.isNumeric
            let ordered = !field.type.isNested && field.type != .json
            return """
                SELECT \(TableDDL.literal(field.name)) AS column_name, '\(field.type)' AS column_type, \
                \(ordered ? "CAST(min(\(name)) AS varchar)" : "NULL") AS min, \(ordered ? "CAST(max(\(name)) AS varchar)" : "NULL") AS max, \
                \(ordered ? "approx_count_distinct(\(name))" : "NULL") AS approx_unique, \
                \(number ? "CAST(avg(\(name)) AS double)" : "CAST(NULL AS double)") AS avg, \
                \(number ? "CAST(stddev(\(name)) AS double)" : "CAST(NULL AS double)") AS std, \
                count(*) AS count, round(100.0 * (count(*) - count(\(name))) / greatest(count(*), 1), 2) AS null_percentage FROM \(source)
                """
        }
        let parsed = try Parser.parse(parts.joined(separator: " UNION ALL "))
        guard case .query(let query)? = parsed.first?.statement else { throw SQLError.internalFault("SUMMARIZE is no query") }
        let context = statementContext()
        var outcome = try stream(try makeBinder(context).bind(query: query), context, run)
        outcome.tag = "SUMMARIZE"
        return outcome
    }
}
