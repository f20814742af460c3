/// Shorthand of the binder's tests: SQL text in, plan text or error out.

import LodeCore
import LodePlan
import LodeSyntax
import Testing

@testable import LodePlanner

enum Bound {
    static let definitions = [
        "t(a integer, b varchar, c decimal(15,2), d date, e double, f boolean)",
        "u(a integer, x varchar, big bigint, ts timestamp)",
        "nested(id integer, tags varchar[], point struct(x double, y double), attributes map(varchar, integer), doc json)",
        "lineitem(l_orderkey bigint, l_quantity decimal(15,2), l_extendedprice decimal(15,2), l_discount decimal(15,2), l_shipdate date)",
        "orders(o_orderkey bigint, o_custkey bigint, o_orderdate date, o_comment varchar)",
        "coded(code char(3), tz timestamptz)",
    ]

    static func binder(_ parameters: [String: Value] = [:], views: [String: String] = [:]) throws -> Binder {
        let resolver = try FakeResolver(definitions)
        resolver.views = views
        return Binder(resolver: resolver, parameters: parameters) { (e) throws(SQLError) in try OneRowEvaluator.value(e) }
    }

    static func query(_ sql: String, _ parameters: [String: Value] = [:], views: [String: String] = [:]) throws -> BoundQuery {
        guard case .query(let query)? = try Parser.parse(sql).first?.statement else {
            throw SQLError(.internalError, "not a query: \(sql)")
        }
        let bound = try binder(parameters, views: views).bind(query: query)
        try PlanVerifier.verify(bound.plan, after: "binding")
        return bound
    }

    static func plan(_ sql: String, views: [String: String] = [:]) throws -> String {
        PlanPrinter.text(try query(sql, views: views).plan)
    }

    static func names(_ sql: String) throws -> [String] { try query(sql).names }
    static func types(_ sql: String) throws -> String { try query(sql).types.map(\.description).joined(separator: ", ") }

    /// The expression of the only item of a select list, or of the first.
    static func expression(_ text: String, from: String = "t") throws -> String {
        let bound = try query("select \(text) from \(from)")
        guard case .project(let node) = bound.plan else { return "no projection" }
        return node.items[0].expression.text(naming: node.input.columns)
    }

    /// "42703 column "x" does not exist | hint", and the text that the error points at after @.
    static func error(_ sql: String, _ parameters: [String: Value] = [:]) -> String {
        do {
            _ = try query(sql, parameters)
            return "no error"
        } catch let error as SQLError {
            let place = error.span.map {
                " @ " + String(decoding: Array(sql.utf8)[max(0, $0.start)..<min(sql.utf8.count, $0.end)], as: UTF8.self)
            }
            return "\(error.state.rawValue) \(error.message)" + (error.hint.map { " | \($0)" } ?? "") + (place ?? " @ nowhere")
        } catch {
            return "\(error)"
        }
    }
}
