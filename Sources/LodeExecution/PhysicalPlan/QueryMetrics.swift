/// What a query's nodes did: rows, what scans skipped; and how long its pipelines took.

import LodeCore
import LodeFormats
import LodePlan
import Synchronization

/// The measures of one plan node, added to by all workers.
package final class OperatorMetrics: Sendable {
    private let rowCount = Atomic<Int>(0)
    private let scanned = Lock(ScanCounters())
    private let noted = Lock<[String: Int]>([:])

    package init() {}

    /// Rows that the node gave.
    package var rows: Int { rowCount.load(ordering: .relaxed) }
    package var scan: ScanCounters { scanned.withLock { $0 } }
    /// Named figures of one operator: files opened, partitions pruned, groups, build rows.
    package var notes: [String: Int] { noted.withLock { $0 } }

    package func add(rows: Int) { rowCount.add(rows, ordering: .relaxed) }

    package func add(_ counters: ScanCounters) { scanned.withLock { $0.add(counters) } }
    package func note(_ name: String, _ amount: Int) { noted.withLock { $0[name, default: 0] += amount } }
}

/// All nodes' measures by their place in the plan: child positions from the root.
package final class QueryMetrics: Sendable {
    private let nodes = Lock<[[Int]: OperatorMetrics]>([:])
    private let totals = Lock<Totals>(Totals())

    private struct Totals { var pipelines: [PipelineTime] = [] }

    /// How long one pipeline ran.
    package struct PipelineTime: Sendable {
        /// Its place among the pipelines of its run.
        var number: Int
        package var name: String
        package var nanoseconds: Int
        package var workers: Int
    }

    package init() {}

    /// The measures of the node at `path`, made on first use.
    package func node(_ path: [Int]) -> OperatorMetrics {
        nodes.withLock { nodes in
            if let known = nodes[path] { return known }
            let fresh = OperatorMetrics()
            nodes[path] = fresh
            return fresh
        }
    }

    /// Those that are done, in the order of the plan.
    package var pipelines: [PipelineTime] { totals.withLock { $0.pipelines.sorted { $0.number < $1.number } } }
    func record(_ time: PipelineTime) { totals.withLock { $0.pipelines.append(time) } }

    /// What all scans read and skipped.
    package var scan: ScanCounters {
        nodes.withLock { nodes in nodes.values.reduce(into: ScanCounters()) { $0.add($1.scan) } }
    }

    /// All nodes' notes, added together by name.
    package var noteTotals: [String: Int] {
        nodes.withLock { nodes in
            nodes.values.reduce(into: [:]) { totals, node in
                for (name, amount) in node.notes { totals[name, default: 0] += amount }
            }
        }
    }

    /// The measures of a plan's nodes in the order in which `PlanPrinter` draws them.
    package func preorder(_ plan: LogicalPlan) -> [OperatorMetrics] {
        var list: [OperatorMetrics] = []
        func visit(_ plan: LogicalPlan, _ path: [Int]) {
            list.append(node(path))
            for (index, child) in plan.children.enumerated() { visit(child, path + [index]) }
        }
        visit(plan, [])
        return list
    }
}
