/// What the server writes down: connections, refusals, slow statements and errors.

import LodeCore
import LodeEngine
import LodeSyntax
import Logging

/// No value of a row, a parameter or a literal gets into the log: statements are shown with `?` for their literals, and of errors the
/// SQLSTATE and its name, since messages quote values. `lode.query_history` has both, for those who may see them.
package struct ServerLog: StatementObserver, ConnectionObserver {
    private let log: Logger
    /// From which time on a statement is worth a line; nil: never.
    private let slowNanoseconds: UInt64?

    package init(_ log: Logger, slowMilliseconds: Int? = nil) {
        self.log = log
        slowNanoseconds = slowMilliseconds.map { UInt64(max(0, $0)) * 1_000_000 }
    }

    package func ended(_ report: StatementReport) {
        let isSlow = slowNanoseconds.map { report.elapsedNanoseconds >= $0 } ?? false
        let level: Logger.Level = report.error.map { $0.state == .internalError ? .error : .info } ?? (isSlow ? .info : .debug)
        guard level >= log.logLevel else { return }
        var facts: Logger.Metadata = [
            "user": "\(report.session.user)", "session": "\(report.session.process)",
            "duration_ms": "\(Double(report.elapsedNanoseconds / 1000) / 1000)", "statement": "\(StatementText.shape(report.text))",
        ]
        if let address = report.session.client.address { facts["client"] = "\(address)" }
        if let error = report.error {
            facts["sqlstate"] = "\(error.state.rawValue)"
            facts["condition"] = "\(error.state)"
        } else {
            facts["tag"] = "\(report.tag)"
            facts["rows"] = "\(report.receipt.rows)"
            facts["read_bytes"] = "\(report.receipt.bytesRead)"
        }
        log.log(level: level, report.error == nil ? "statement" : "statement failed", metadata: facts)
    }

    package func connected(_ client: ConnectionFacts) { log.info("connected", metadata: Self.facts(client)) }
    package func disconnected(_ client: ConnectionFacts) { log.info("disconnected", metadata: Self.facts(client)) }

    package func refused(_ client: ConnectionFacts, _ state: String) {
        var facts = Self.facts(client)
        facts["sqlstate"] = "\(state)"
        let isProof = state == SQLState.invalidPassword.rawValue || state == SQLState.invalidAuthorization.rawValue
        log.log(
            level: state == SQLState.adminShutdown.rawValue ? .info : .warning,
            isProof ? "authentication failed" : "connection refused", metadata: facts)
    }

    private static func facts(_ client: ConnectionFacts) -> Logger.Metadata {
        var facts: Logger.Metadata = ["client": "\(client.address)"]
        if let user = client.user { facts["user"] = "\(user)" }
        if let port = client.port { facts["port"] = "\(port)" }
        if let process = client.process { facts["session"] = "\(process)" }
        return facts
    }
}
