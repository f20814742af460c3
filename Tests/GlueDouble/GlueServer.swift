// The stub of Glue behind HTTP: answers get lost, and services fail after they have done what was asked.

import CloudDouble
import LodeCatalog
import LodeCloud
import LodeCore

package final class GlueServer: Sendable {
    package let glue: StubGlue
    private let double: CloudDouble
    /// What the client gets instead of the answer, once the action is done.
    private let interference = Lock<@Sendable (_ action: String) -> DoubleAnswer?>({ _ in nil })

    package init(_ glue: StubGlue = StubGlue()) throws {
        self.glue = glue
        double = try CloudDouble { _ in DoubleAnswer(500) }
        double.become { [weak self] in self?.answer($0) ?? DoubleAnswer(500) }
    }

    /// Of CREATE CATALOG.
    package var options: [String: String] {
        ["endpoint": double.url, "region": "eu-west-1", "access_key_id": "AKIDEXAMPLE", "secret_access_key": "secret"]
    }

    /// From now on the client gets what `body` says, where it is not nil; the action is done all the same.
    package func interfere(_ body: @escaping @Sendable (_ action: String) -> DoubleAnswer?) { interference.withLock { $0 = body } }

    package func count(_ action: String) -> Int { glue.calls.filter { $0 == action }.count }

    package static func fault(_ code: String, status: Int = 400) -> DoubleAnswer {
        DoubleAnswer(status, text: "{\"__type\": \"\(code)\", \"message\": \"double\"}")
    }

    private func answer(_ request: DoubleRequest) -> DoubleAnswer {
        let action = String((request.header("X-Amz-Target") ?? "").split(separator: ".").last ?? "")
        let own: DoubleAnswer
        do throws(SQLError) {
            own = DoubleAnswer(200, try glue.send(action, CloudJSON(request.body) ?? [:]).bytes)
        } catch {
            own = Self.fault(String((error.detail ?? "").prefix { $0 != ":" }))
        }
        guard let other = interference.withLock({ $0 })(action) else { return own }
        // An answer of its own that comes late, or not at all.
        return other.status == 200 && other.body.isEmpty
            ? DoubleAnswer(own.status, own.body, fault: other.fault, delayMillis: other.delayMillis) : other
    }
}
