/// What the server measures of itself.

import CoreMetrics
import LodeCore
import LodeEngine

/// Counts statements as they end, and looks at the engine when somebody asks.
package final class ServerMetrics: StatementObserver, ConnectionObserver {
    private let registry: PrometheusRegistry
    private let engine: Engine
    private let process = ProcessFacts()
    private let statements: [StatementReport.Outcome: (count: Counter, time: CoreMetrics.Timer)]
    private let bytesRead, rows, filesRead, filesPruned, connections, refusals: Counter
    /// By SQLSTATE; there are as many as errors that came up.
    private let errors = Lock<[String: Counter]>([:])

    package init(_ engine: Engine, _ registry: PrometheusRegistry = PrometheusRegistry()) {
        self.engine = engine
        self.registry = registry
        for (name, help) in Self.help { registry.describe(name, help) }
        statements = Dictionary(
            uniqueKeysWithValues: StatementReport.Outcome.allCases.map { outcome in
                let state = [("state", outcome.rawValue)]
                return (
                    outcome,
                    (
                        Counter(label: "lode_statements_total", dimensions: state, factory: registry),
                        CoreMetrics.Timer(label: "lode_statement_duration_seconds", dimensions: state, factory: registry)
                    )
                )
            })
        bytesRead = Counter(label: "lode_read_bytes_total", factory: registry)
        rows = Counter(label: "lode_rows_total", factory: registry)
        filesRead = Counter(label: "lode_files_read_total", factory: registry)
        filesPruned = Counter(label: "lode_files_pruned_total", factory: registry)
        connections = Counter(label: "lode_connections_total", factory: registry)
        refusals = Counter(label: "lode_connections_refused_total", factory: registry)
    }

    private static let help = [
        ("lode_statements_total", "Statements that have ended, by how."),
        ("lode_statement_duration_seconds", "How long statements took."),
        ("lode_read_bytes_total", "Bytes read from files."),
        ("lode_rows_total", "Rows returned or written."),
        ("lode_files_read_total", "Files that were read."),
        ("lode_files_pruned_total", "Files that did not need to be read."),
        ("lode_errors_total", "Statements that failed, by SQLSTATE."),
        ("lode_connections_total", "Connections whose clients have proven who they are."),
        ("lode_connections_refused_total", "Connections that were refused: wrong passwords, unknown roles, broken messages."),
        ("lode_connections", "Connections of clients that are open."),
        ("lode_sessions", "Sessions of clients, by what they do."),
        ("lode_memory_reserved_bytes", "Memory that running statements hold."),
        ("lode_memory_peak_bytes", "The most memory that statements have held."),
        ("lode_memory_limit_bytes", "Memory that all statements together may hold."),
        ("lode_pool_workers", "Workers that all statements share."),
        ("lode_history_lost_total", "Statements that could not be written into the history."),
        ("lode_info", "The version of Lode."),
        ("process_start_time_seconds", "When the process began, in seconds since 1970."),
        ("process_cpu_seconds_total", "Time on processors."),
        ("process_resident_memory_bytes", "Memory of the process."),
        ("process_open_fds", "Open files and sockets."),
    ]

    package func ended(_ report: StatementReport) {
        statements[report.outcome]?.count.increment()
        statements[report.outcome]?.time.recordNanoseconds(Int64(clamping: report.elapsedNanoseconds))
        let receipt = report.receipt
        bytesRead.increment(by: receipt.bytesRead)
        rows.increment(by: receipt.rows)
        filesRead.increment(by: receipt.filesRead)
        filesPruned.increment(by: receipt.filesPruned)
        if let error = report.error { count(error.state.rawValue) }
    }

    private func count(_ state: String) {
        let counter = errors.withLock { errors in
            if let known = errors[state] { return known }
            let made = Counter(label: "lode_errors_total", dimensions: [("sqlstate", state)], factory: registry)
            errors[state] = made
            return made
        }
        counter.increment()
    }

    package func connected(_ client: ConnectionFacts) { connections.increment() }
    package func refused(_ client: ConnectionFacts, _ state: String) { refusals.increment() }
    package func disconnected(_ client: ConnectionFacts) {}

    /// The text for Prometheus, as of now.
    package func text() -> String {
        let clients = engine.sessions.views.filter { $0.client.address != nil }
        for phase in SessionActivity.Phase.allCases {
            gauge("lode_sessions", [("state", phase.rawValue)], Double(clients.count { $0.phase == phase }))
        }
        gauge("lode_connections", Double(clients.count))
        gauge("lode_memory_reserved_bytes", Double(engine.memory.reservedBytes))
        gauge("lode_memory_peak_bytes", Double(engine.memory.peakBytes))
        gauge("lode_memory_limit_bytes", Double(engine.memory.limit))
        gauge("lode_pool_workers", Double(engine.pool.workers))
        gauge("lode_info", [("version", Engine.version)], 1)
        registry.set(counter: "lode_history_lost_total", to: Double(engine.lostHistory))
        registry.set(counter: "process_cpu_seconds_total", to: process.processorSeconds)
        gauge("process_start_time_seconds", process.began)
        gauge("process_resident_memory_bytes", process.residentBytes)
        gauge("process_open_fds", process.openFiles)
        return registry.text
    }

    private func gauge(_ name: String, _ value: Double) { gauge(name, [], value) }

    private func gauge(_ name: String, _ labels: [(String, String)], _ value: Double) {
        registry.makeMeter(label: name, dimensions: labels).set(value)
    }
}
