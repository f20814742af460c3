/// Why the scans of a plan read or skip each file and each row group: what EXPLAIN (WHY) shows.

import LodeCore
import LodeFormats
import LodePlan
import LodeTables

/// What is known before anything is read of one file, or of one row group of a file that is read.
package struct FileVerdict: Sendable {
    package enum Level: String, Sendable {
        case partition, file, page
        case rowGroup = "row group"
    }

    /// As plans call the table.
    package var table: String
    package var path: String
    /// From 0; nil for the file as a whole.
    package var rowGroup: Int?
    /// Rows in it, if metadata tells.
    package var rows: Int?
    package var isRead: Bool
    /// Where the decision fell.
    package var level: Level
    /// The condition that rules it out and what it contradicts, or why nothing does.
    package var reason: String
}

/// Tests each condition of a scan by itself, as listing and reading test them together.
///
/// What a join's other side, a top-N or a Bloom filter rules out is known when the query runs: EXPLAIN ANALYZE counts it.
package struct FileVerdicts {
    private let plan: ScanPlan
    private let table: String

    /// - Throws: what listing and opening files throws.
    package static func of(_ plan: LogicalPlan, _ context: ExecutionContext) throws(SQLError) -> [FileVerdict] {
        var verdicts: [FileVerdict] = []
        for scan in plan.scans {
            guard let source = context.relations[scan.relation] as? FilesRelation else { continue }
            let plan = ScanPlan(
                scan, source, dynamic: [], required: nil, functions: context.functions, memory: context.memory,
                metrics: OperatorMetrics())
            try FileVerdicts(plan: plan, table: source.displayName).add(to: &verdicts, context)
        }
        return verdicts
    }

    private func add(to verdicts: inout [FileVerdict], _ context: ExecutionContext) throws(SQLError) {
        let kept = Set(try plan.source.files(plan.predicate).files.map(\.path))
        var sibling: (any FileScan)?, keptByOne: [Int: Set<String>] = [:]
        for file in try plan.source.files(nil).files {
            try context.cancellation.check()
            var verdict = verdict(on: file, isKept: kept.contains(file.path))
            if !verdict.isRead, verdict.reason.isEmpty { try explain(&verdict, &keptByOne) }
            guard verdict.isRead, plan.source.readsFields else {
                verdicts.append(verdict)
                continue
            }
            let scan = try plan.source.open(file, like: sibling)
            sibling = scan
            var whole = file
            whole.deletes = nil
            let mapping = try FileMapping(plan, whole, scan, cancellation: context.cancellation)
            if mapping.isRuledOut { (verdict.isRead, verdict.reason) = (false, "a condition is false for all that it has not") }
            verdicts.append(verdict)
            if verdict.isRead { verdicts += try rowGroups(of: scan, file, mapping.request) }
        }
    }

    /// Finds the condition by which a listing leaves out a file of which nothing else tells.
    private func explain(_ verdict: inout FileVerdict, _ keptByOne: inout [Int: Set<String>]) throws(SQLError) {
        (verdict.level, verdict.reason) = (.partition, "the table's metadata rules it out")
        for (index, bounds) in plan.bounds.enumerated() where bounds != .anything {
            let kept = if let known = keptByOne[index] { known } else { Set(try plan.source.files(bounds).files.map(\.path)) }
            keptByOne[index] = kept
            if kept.contains(verdict.path) { continue }
            return verdict.reason = "its partition has no such rows, wanted: \(text(plan.conditions[index]))"
        }
    }

    // MARK: Files

    private func verdict(on file: DataFile, isKept: Bool) -> FileVerdict {
        var verdict = FileVerdict(
            table: table, path: file.path, rowGroup: nil, rows: file.liveRowCount, isRead: isKept, level: .file, reason: "")
        let keys = file.partitionColumns ?? plan.source.partitionFields
        for (condition, bounds) in zip(plan.conditions, plan.bounds) {
            if !PartitionPruning.mayMatch(bounds, keys, file.partitionValues) {
                (verdict.level, verdict.isRead) = (.partition, false)
                verdict.reason = text(condition, against: bounds) { name in
                    keys.firstIndex { $0.name == name }.map { index in
                        let value = index < file.partitionValues.count ? file.partitionValues[index] : .null
                        return "\(name) is \(value.literal(keys[index].type))"
                    }
                }
                return verdict
            }
            if !file.statistics.isEmpty, !bounds.mayMatch({ file.statistics[$0] }) {
                verdict.isRead = false
                verdict.reason = text(condition, against: bounds) { name in file.statistics[name].map { self.text(name, $0) } }
                return verdict
            }
        }
        if isKept { verdict.reason = keptReason(hasStatistics: !file.statistics.isEmpty) + deleted(of: file) }
        return verdict
    }

    /// What is known of rows that are in the file and no longer of the table.
    private func deleted(of file: DataFile) -> String {
        guard let deletes = file.deletes else { return "" }
        guard let count = deletes.count else { return "; rows that \(deletes.locations.count) delete files name are left out" }
        return "; \(count) deleted rows are left out"
    }

    private func keptReason(hasStatistics: Bool) -> String {
        if plan.conditions.isEmpty { return "no condition" }
        if plan.bounds.allSatisfy({ $0 == .anything }) { return "no condition that metadata could answer" }
        return hasStatistics ? "nothing rules it out" : "nothing rules it out; the table knows no bounds of its columns"
    }

    // MARK: Row groups

    private func rowGroups(of scan: any FileScan, _ file: DataFile, _ request: ScanRequest) throws(SQLError) -> [FileVerdict] {
        var verdicts: [FileVerdict] = [], left: [Int?] = []
        for morsel in try scan.morsels() {
            let group = scan.rowGroup(of: morsel)
            if let last = verdicts.last, last.rowGroup == group {
                verdicts[verdicts.count - 1].rows = last.rows.flatMap { rows in morsel.rows.map { rows + $0 } }
                guard last.isRead, let before = left[left.count - 1] else { continue }
                left[left.count - 1] = scan.rowsLeft(inPagesOf: morsel, request).map { before + $0 }
                continue
            }
            var verdict = FileVerdict(
                table: table, path: file.path, rowGroup: group, rows: morsel.rows, isRead: true, level: .rowGroup, reason: "")
            verdict.reason = keptReason(hasStatistics: true)
            for (condition, bounds) in zip(plan.conditions, plan.bounds) {
                let known = { (name: String) in statistics(of: name, in: scan, morsel) }
                guard !bounds.mayMatch(known) else { continue }
                verdict.isRead = false
                verdict.reason = text(condition, against: bounds) { name in known(name).map { self.text(name, $0) } }
                break
            }
            left.append(verdict.isRead ? scan.rowsLeft(inPagesOf: morsel, request) : nil)
            verdicts.append(verdict)
        }
        for (index, left) in left.enumerated() {
            guard let left, let rows = verdicts[index].rows, left < rows else { continue }
            verdicts[index].level = .page
            verdicts[index].isRead = left > 0
            verdicts[index].reason = left > 0 ? "its pages can have such rows among \(left)" : "none of its pages can have such rows"
        }
        return verdicts
    }

    /// Of columns that files have in the table's type.
    private func statistics(of name: String, in scan: any FileScan, _ morsel: Morsel) -> ColumnStatistics? {
        guard let type = plan.outputs.first(where: { $0.name == name && $0.path.isEmpty })?.field.type,
            let position = plan.source.position(of: name, in: scan), scan.schema.fields[position].type == type
        else { return nil }
        return scan.statistics(position, in: morsel)
    }

    // MARK: Reasons

    private func text(_ condition: BoundExpression, against bounds: ColumnPredicate, _ known: (String) -> String?) -> String {
        let facts = bounds.columns.sorted().compactMap(known)
        let shown = text(condition)
        return facts.isEmpty ? "\(shown) is never true" : "\(facts.joined(separator: ", ")), wanted: \(shown)"
    }

    private func text(_ condition: BoundExpression) -> String { condition.text(naming: plan.outputs.map(\.column)) }

    private func text(_ name: String, _ known: ColumnStatistics) -> String {
        if known.isAllNull { return "\(name) is always NULL" }
        let type = plan.outputs.first { $0.name == name }?.field.type ?? .varchar
        let low = known.minimum.map { $0.literal(type) }, high = known.maximum.map { $0.literal(type) }
        return switch (low, high) {
        case (let low?, let high?): low == high ? "\(name) is \(low)" : "\(name) is from \(low) to \(high)"
        case (let low?, nil): "\(name) is at least \(low)"
        case (nil, let high?): "\(name) is at most \(high)"
        case (nil, nil): "\(name) is never NULL"
        }
    }
}
