/// Long chains and deep nesting: what must not cost stack.

import Glibc
import LodeCore
import LodePlan
import LodeSyntax
import Testing

@testable import LodePlanner

@Suite struct BinderDepthTests {
    /// Runs on a thread with the stack that the engine's threads have.
    private func onEngineStack(_ body: @escaping @Sendable () -> String) -> String {
        final class Box: @unchecked Sendable {
            var result = ""
            let body: @Sendable () -> String
            init(_ body: @escaping @Sendable () -> String) { self.body = body }
        }
        let box = Box(body)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 8 << 20)
        var thread = pthread_t()
        pthread_create(
            &thread, &attributes,
            { raw in
                let box = Unmanaged<Box>.fromOpaque(raw!).takeUnretainedValue()
                box.result = box.body()
                return nil
            }, Unmanaged.passUnretained(box).toOpaque())
        pthread_join(thread, nil)
        pthread_attr_destroy(&attributes)
        return box.result
    }

    private func outcome(_ sql: String) -> String {
        do {
            return "\(try Bound.query(sql).names.count) column"
        } catch let error as SQLError {
            return error.state.rawValue
        } catch {
            return "\(error)"
        }
    }

    @Test func `ten thousand operands of AND and OR bind flat`() {
        let chain = (0..<10_000).map { "a = \($0)" }
        let result = onEngineStack { [self] in
            outcome("select 1 from t where " + chain.joined(separator: " or ")) + ", "
                + outcome("select 1 from t where " + chain.joined(separator: " and "))
        }
        #expect(result == "1 column, 1 column")
    }

    @Test func `expressions nested nine hundred deep bind`() {
        let sum = "select " + String(repeating: "a + ", count: 900) + "1 from t"
        let minus = "select " + String(repeating: "-(", count: 450) + "a" + String(repeating: ")", count: 450) + " from t"
        let cases =
            "select " + String(repeating: "case when f then 1 else ", count: 450) + "2" + String(repeating: " end", count: 450) + " from t"
        let calls = "select " + String(repeating: "upper(", count: 450) + "b" + String(repeating: ")", count: 450) + " from t"
        let result = onEngineStack { [self] in [sum, minus, cases, calls].map(outcome).joined(separator: ", ") }
        #expect(result == "1 column, 1 column, 1 column, 1 column")
    }

    @Test func `queries nested too deep are refused, not followed`() {
        @Sendable func nested(_ count: Int) -> String {
            String(repeating: "select * from (", count: count) + "select a from t" + String(repeating: ") x", count: count)
        }
        @Sendable func scalar(_ count: Int) -> String {
            String(repeating: "select (", count: count) + "select 1" + String(repeating: ")", count: count)
        }
        let result = onEngineStack { [self] in
            [nested(150), nested(250), scalar(150), scalar(250)].map(outcome).joined(separator: ", ")
        }
        #expect(result == "1 column, 54001, 1 column, 54001")
    }

    @Test func `aliases that double at each step are refused before they fill the memory`() {
        let items = ["a + a as x0"] + (1..<60).map { "x\($0 - 1) + x\($0 - 1) as x\($0)" }
        #expect(outcome("select \(items.joined(separator: ", ")) from t") == "54001")
    }

    @Test func `a view that reads itself ends in an error`() throws {
        do {
            _ = try Bound.query("select * from v", views: ["v": "select * from v"])
            Issue.record("it bound")
        } catch let error as SQLError {
            #expect(error.state == .statementTooComplex)
        }
    }
}
