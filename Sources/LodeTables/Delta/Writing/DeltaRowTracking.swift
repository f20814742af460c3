/// Numbering the rows of a Delta table.

import LodeCore

/// Gives the rows of new files numbers that no row of the table has had, and notes the last one:
///
///     file   rows   baseRowId   row ids           delta.rowTracking
///     a      10     0           0 … 9
///     b      5      10          10 … 14           {"rowIdHighWaterMark":14}
///
/// - Source: Delta PROTOCOL.md, "Row Tracking".
struct DeltaRowTracking {
    static let feature = "rowTracking"
    static let property = "delta.enableRowTracking"
    static let domain = "delta.rowTracking"
    private static let mark = "rowIdHighWaterMark"
    private static let idColumn = "delta.rowTracking.materializedRowIdColumnName"
    private static let changeColumn = "delta.rowTracking.materializedRowCommitVersionColumnName"
    private static let materialized = [idColumn: "_row-id-col-", changeColumn: "_row-commit-version-col-"]
    private static let suspended = "delta.rowTrackingSuspended"

    /// The last number that was given; -1 before the first.
    private var last: Int64 = -1
    private var isChanged = false

    /// - Parameter domain: what the table has noted.
    /// - Throws: `XX001` if that can't be read.
    init(_ domain: DeltaDomain?) throws(SQLError) { try follow(domain) }

    /// Nobody else may have given the same numbers.
    mutating func follow(_ domain: DeltaDomain?) throws(SQLError) {
        guard let domain else { return }
        let text = try JSONTree(domain.configuration)[Self.mark]
        guard case .number(let digits)? = text, let number = Int64(digits), number >= -1 else {
            throw SQLError(.dataCorrupted, "the domain \(Self.domain) of the Delta table has no \(Self.mark)")
        }
        last = max(last, number)
    }

    /// The domain in the log file of a commit, if it has it.
    static func domain(in commit: [UInt8], _ path: String) throws(SQLError) -> DeltaDomain? {
        var found: DeltaDomain?
        try DeltaActionReader.read(commit, path) { (action) throws(SQLError) in
            if case .domain(let domain) = action, domain.name == Self.domain { found = domain }
        }
        return found
    }

    /// Numbers the rows of a file that have no numbers yet.
    mutating func number(_ add: inout DeltaAdd, rows: Int?, as version: Int64) throws(SQLError) {
        if add.rowCommitVersion == nil { add.rowCommitVersion = version }
        if add.baseRowID != nil { return }
        guard let rows else { throw .internalFault("a file of a table whose rows have numbers does not say how many it has") }
        let (next, overflow) = last.addingReportingOverflow(Int64(rows))
        guard !overflow, last < .max else { throw SQLError(.programLimitExceeded, "the rows of the Delta table have used up all numbers") }
        add.baseRowID = last + 1
        last = next
        isChanged = true
    }

    /// What the table has to note; nil if no row has got a number.
    var noted: DeltaDomain? {
        isChanged ? DeltaDomain(name: Self.domain, configuration: JSONTree.object([.init(Self.mark, .integer(last))]).json) : nil
    }

    // MARK: Properties

    /// Whether rows get numbers.
    /// - Source: Delta PROTOCOL.md, "Writer Requirements for Row Tracking".
    static func assigns(_ version: DeltaProtocol, _ configuration: [String: String]) -> Bool {
        DeltaWriterFeatures.has(feature, version) && !DeltaProperties.isOn(suspended, configuration)
    }

    /// How rows keep their numbers; nil where they need not.
    static func lineage(_ configuration: [String: String], beside schema: Schema) -> RowLineage? {
        guard DeltaProperties.isOn(property, configuration), let id = configuration[idColumn], let change = configuration[changeColumn]
        else { return nil }
        return RowLineage(
            id: MappedColumn(name: "_metadata.row_id", fileName: id),
            change: MappedColumn(name: "_metadata.row_commit_version", fileName: change), beside: schema)
    }

    /// The properties with the names of the columns that files keep numbers in where they are not those that follow from the file. New
    /// names follow from the table's id: a transaction writes files before the commit that gives them.
    /// - Throws: `22023` where rows are to keep numbers and get none.
    static func prepared(
        _ configuration: [String: String], of table: String, over earlier: [String: String]?
    ) throws(SQLError) -> [String: String] {
        guard DeltaProperties.isOn(property, configuration) else { return configuration }
        var configuration = configuration
        if DeltaProperties.isOn(suspended, configuration), !DeltaProperties.isOn(property, earlier ?? [:]) {
            throw SQLError(.invalidParameterValue, "row tracking that is suspended cannot be turned on", hint: "Unset \(suspended) first.")
        }
        for (name, prefix) in materialized where configuration[name] == nil {
            configuration[name] = earlier?[name] ?? prefix + DeltaText.uuid(of: 0, in: table)
        }
        return configuration
    }

    static func isOwn(_ property: String) -> Bool { materialized[property] != nil }
}
