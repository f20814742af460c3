/// Runs the files of Tests/Plans.

import Foundation
import LodeCore
import LodePlan
import LodePlanner
import Testing

/// One file a rule. With LODE_UPDATE_PLANS=1 in the environment the plans are written instead of compared.
@Suite struct PlanTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Plans")

    static let files: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".plan") }.sorted()

    @Test(arguments: files) func `every plan comes out as written`(file: String) throws {
        let url = Self.folder.appendingPathComponent(file)
        let script = PlanScript(try String(contentsOf: url, encoding: .utf8))
        let isUpdate = ProcessInfo.processInfo.environment["LODE_UPDATE_PLANS"] == "1"
        var plans: [String] = []
        for item in script.cases {
            let planned: Planned
            do {
                planned = try Planned(item.sql)
            } catch {
                Issue.record("\(file):\(item.line): \(error)")
                plans.append(item.plan.joined(separator: "\n"))
                continue
            }
            let complaints = item.complaints(planned)
            #expect(complaints.isEmpty, "\(file):\(item.line): \(complaints.joined(separator: ", "))")
            let plan = item.text(of: planned)
            plans.append(plan)
            if !isUpdate { #expect(plan == item.plan.joined(separator: "\n"), "\(file):\(item.line)") }
        }
        if isUpdate { try script.text(plans: plans).write(to: url, atomically: true, encoding: .utf8) }
    }

    @Test func `every rule has a file in which it fires and must not fire`() throws {
        for rule in Set(Optimizer.rules.map { type(of: $0).name }) {
            let url = Self.folder.appendingPathComponent("\(rule).plan")
            let script = PlanScript((try? String(contentsOf: url, encoding: .utf8)) ?? "")
            #expect(script.cases.contains { $0.words["expect"]?.contains(rule) ?? false }, "\(rule).plan")
            #expect(script.cases.contains { $0.words["expect-not"]?.contains(rule) ?? false }, "\(rule).plan")
        }
    }
}
