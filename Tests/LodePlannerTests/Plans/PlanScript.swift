/// Plan tests as text: a query, what it should make rules do, and the plan that comes out.

import LodeCore
import LodePlan
import LodePlanner

/// A file of `Tests/Plans`:
///
///     # Why this case is here.
///     > SELECT … FROM …
///     > WHERE …        expect=push_filter_down expect-not=order_joins show=rows
///     Scan items  …
///
/// The plan ends at the next line that starts with `#` or `>`. `show=rows` adds the estimates.
struct PlanScript {
    struct Case {
        var comments: [String] = []
        var query: [String] = []
        var expected: [String] = []
        var plan: [String] = []
        var line = 0

        /// The words behind the query by name: `expect=a expect=b` is `["expect": ["a", "b"]]`.
        var words: [String: [String]] = [:]
        var sql: String = ""
    }

    var cases: [Case] = []

    init(_ text: String) {
        var current = Case()
        var number = 0
        func isBlank(_ item: Case) -> Bool { item.comments.isEmpty && item.query.isEmpty }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            number += 1
            let opens = line.hasPrefix("#") || (line.hasPrefix(">") && !current.plan.isEmpty)
            if opens, !current.query.isEmpty {
                cases.append(current)
                current = Case()
            }
            if line.hasPrefix("#") {
                current.comments.append(line)
            } else if line.hasPrefix(">") {
                if current.query.isEmpty { current.line = number }
                current.query.append(line)
            } else if !line.isEmpty {
                current.plan.append(line)
            }
        }
        if !isBlank(current) { cases.append(current) }
        for index in cases.indices { cases[index].takeWords() }
    }

    /// The file with other plans.
    func text(plans: [String]) -> String {
        zip(cases, plans).map { item, plan in (item.comments + item.query + [plan]).joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }
}

extension PlanScript.Case {
    fileprivate mutating func takeWords() {
        var parts = query.map { $0.dropFirst() }.joined(separator: "\n").split(separator: " ", omittingEmptySubsequences: false)
        while let last = parts.last {
            let pair = last.split(separator: "=", maxSplits: 1)
            if last.isEmpty {
                parts.removeLast()
            } else if pair.count == 2, ["expect", "expect-not", "show"].contains(pair[0]) {
                words[String(pair[0]), default: []].append(String(pair[1]))
                parts.removeLast()
            } else {
                break
            }
        }
        sql = parts.joined(separator: " ")
    }

    /// The plan as the file shows it.
    func text(of planned: Planned) -> String {
        words["show"]?.contains("rows") ?? false ? EstimatedPlan.text(planned.optimized) : PlanPrinter.text(planned.optimized)
    }

    /// What is wrong with the rules that fired, if something is.
    func complaints(_ planned: Planned) -> [String] {
        let missing = (words["expect"] ?? []).filter { !planned.rules.contains($0) }.map { "\($0) did not fire" }
        return missing + (words["expect-not"] ?? []).filter { planned.rules.contains($0) }.map { "\($0) fired" }
    }
}
