/// `lode serve`: the PostgreSQL listener, and the catalog over HTTP.

import ArgumentParser
@preconcurrency import Glibc
import LodeCatalogServer
import LodeCore
import LodeEngine
import LodeHTTP
import LodeServer
import LodeShell
import Logging
import ServiceLifecycle

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve PostgreSQL's wire protocol, and the catalog over HTTP, so that clients can connect.",
        discussion: """
            With --http, the warehouse's catalog is served, too: as an Iceberg REST catalog, whose address is http://host:port, and as AWS \
            Glue, for reading, at the same address. Programs prove by access keys which role they are: CREATE ACCESS KEY FOR a role makes \
            one. It is the client's id and secret of OAuth2, and the key that requests are signed with for AWS.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Where to listen.", valueName: "host:port"))
    var listen = "127.0.0.1:5433"

    @Option(help: ArgumentHelp("A file with the password of the role lode (or the environment variable LODE_PASSWORD).", valueName: "file"))
    var passwordFile: String?

    @Option(
        name: .customLong("allow-path"),
        help: ArgumentHelp("A folder below which clients may read and write files by path; may be repeated.", valueName: "folder"))
    var allowedPaths: [String] = []

    @Option(help: ArgumentHelp("Memory for all statements together, such as 4GB (four fifths of the machine's).", valueName: "size"))
    var memory: String?

    @Option(help: ArgumentHelp("How long statements may go on when the server is told to end, such as 30s.", valueName: "time"))
    var grace = "30s"

    @Flag(help: "Let clients on this machine in without a password.")
    var trust = false

    @Option(help: "Encryption: require, prefer or off.")
    var tls: StartupConversation.TLSMode = .off

    @Option(help: ArgumentHelp("The certificate for TLS, and those that it depends on, in PEM.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The private key of the certificate, in PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(help: ArgumentHelp("Where to serve /metrics, for Prometheus, and /healthz.", valueName: "host:port"))
    var metrics: String?

    @Option(
        help: ArgumentHelp(
            "Where to serve the catalog: Iceberg REST, and AWS Glue; over TLS, if there is a certificate.", valueName: "host:port"))
    var http: String?

    @Option(help: "What is logged: \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")).")
    var logLevel: Logger.Level = .info

    @Option(help: "How log lines are written: text or json.")
    var logFormat: LogFormat = .text

    @Option(help: ArgumentHelp("Log statements that take at least this long, such as 250ms or 0.", valueName: "duration"))
    var logMinDuration: String?

    func validate() throws {
        if tls != .off, tlsCertificate == nil || tlsKey == nil {
            throw ValidationError("--tls \(tls.rawValue) needs --tls-certificate and --tls-key.")
        }
        _ = try Self.address(listen, option: "--listen")
        if let metrics { _ = try Self.address(metrics, option: "--metrics") }
        if let http { _ = try Self.address(http, option: "--http") }
        _ = try graceSeconds()
        _ = try memoryLimit()
        _ = try slowMilliseconds()
        if let path = allowedPaths.first(where: { !$0.hasPrefix("/") && !$0.contains("://") }) {
            throw ValidationError("--allow-path takes an absolute path, not \"\(path)\".")
        }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let (host, port) = try Self.address(listen, option: "--listen")
        let session = try common.session(memoryLimit: try memoryLimit()), engine = session.engine
        let writer = logFormat.writer(STDERR_FILENO), say = { @Sendable text in writer.write(Messages.visible(text)) }
        defer { writer.flush() }
        try prepareFirstRole(engine, writer, say)
        let log = logFormat.logger("lode.server", level: logLevel, to: writer)
        let serverLog = ServerLog(log, slowMilliseconds: try slowMilliseconds()), measures = ServerMetrics(engine), health = ServerHealth()
        engine.keepHistory()
        if let place = engine.catalogPlace { say(place) }
        for observer in [serverLog, measures] as [any StatementObserver] { engine.observe(observer) }
        var options = ServerOptions(
            engine: engine, host: host, port: port,
            tls: ServerOptions.TLS(mode: tls, certificateFile: tlsCertificate, keyFile: tlsKey), trustsLoopback: trust,
            settings: session.settings, allowedFolders: allowedPaths)
        options.graceSeconds = try graceSeconds()
        options.observers = [serverLog, measures]
        let listener: Listener
        do {
            listener = try Listener(options, log: log) { address in
                health.becomes(.accepting)
                say("lode accepts connections on \(address)")
            }
        } catch {
            throw ValidationError("TLS: \(error)")
        }
        // Services end from the last to the first: health says so first, and metrics can be read to the end.
        let http = try httpServices(measures, health, say) + catalogServices(options, writer, say)
        let services = http + [FreedMemory(), listener, StopWatch(health)]
        let ended = Semaphore()
        nonisolated(unsafe) var status: Int32 = 0
        Task {
            do {
                try await ServiceGroup(
                    services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: log
                ).run()
            } catch {
                say("lode serve: \(error)")
                status = 1
            }
            ended.signal()
        }
        ended.wait()
        engine.flushHistory()
        writer.flush()
        Glibc.exit(status)
    }

    /// The HTTP listener, if one is wanted.
    private func httpServices(
        _ measures: ServerMetrics, _ health: ServerHealth, _ say: @escaping @Sendable (String) -> Void
    ) throws -> [any Service] {
        guard let metrics else { return [] }
        let (host, port) = try Self.address(metrics, option: "--metrics")
        var routes = HTTPRoutes()
        routes.add("GET", "/metrics") { _ in .text(measures.text(), contentType: "text/plain; version=0.0.4; charset=utf-8") }
        routes.add("GET", "/healthz") { _ in health.response }
        return [HTTPListener(host: host, port: port, routes: routes) { say("lode serves metrics on http://\($0)/metrics") }]
    }

    /// The catalog over HTTP, if it is wanted.
    private func catalogServices(
        _ options: ServerOptions, _ writer: LogWriter, _ say: @escaping @Sendable (String) -> Void
    ) throws -> [any Service] {
        guard let http else { return [] }
        let (host, port) = try Self.address(http, option: "--http"), isLocal = LoopbackAddress.isOne(host)
        let certificate: ServerCertificate?
        do {
            certificate = try tls == .off ? nil : ServerCertificate(certificateFile: tlsCertificate ?? "", keyFile: tlsKey ?? "")
        } catch {
            throw ValidationError("TLS: \(error)")
        }
        let hasKeys: Bool
        do throws(SQLError) { hasKeys = try options.engine.hasAccessKeys() } catch { throw ValidationError(error.message) }
        if !hasKeys, !isLocal {
            throw ValidationError(
                "--http \(http) would be open to other machines, and no role has an access key. Make one with CREATE ACCESS KEY FOR role, "
                    + "or listen on 127.0.0.1.")
        }
        if !isLocal, certificate == nil { say("The catalog is served without encryption: --tls, --tls-certificate and --tls-key add it") }
        if !hasKeys, !trust { say("No role has an access key yet: CREATE ACCESS KEY FOR role makes one") }
        var routes = HTTPRoutes()
        let log = logFormat.logger("lode.catalog", level: logLevel, to: writer)
        CatalogServer(
            CatalogServer.Options(
                engine: options.engine, settings: options.settings, allowedFolders: allowedPaths, trustsLoopback: trust), log: log
        ).addRoutes(to: &routes)
        let scheme = certificate == nil ? "http" : "https"
        return [
            HTTPListener(host: host, port: port, routes: routes, tls: certificate?.context) {
                say("lode serves its catalog on \(scheme)://\($0)")
            }
        ]
    }

    private func slowMilliseconds() throws -> Int? {
        guard let logMinDuration else { return nil }
        guard let milliseconds = DurationText.milliseconds(logMinDuration) else {
            throw ValidationError("--log-min-duration takes a length of time, such as 250ms, not \"\(logMinDuration)\".")
        }
        return milliseconds
    }

    private func prepareFirstRole(_ engine: Engine, _ writer: LogWriter, _ say: (String) -> Void) throws {
        let given = try givenPassword(), needsPassword = !trust
        let result: Result<String?, SQLError>
        do throws(SQLError) {
            result = .success(try engine.prepareFirstRole(password: given) { needsPassword ? Passwords.madeUp() : nil })
        } catch {
            result = .failure(error)
        }
        switch result {
        case .success(let madeUp): if let madeUp { say("The password of the role \(Engine.firstRole) is \(madeUp)") }
        case .failure(let error):
            say(ErrorText.text(error, sql: ""))
            writer.flush()
            Glibc.exit(1)
        }
    }

    private static func address(_ text: String, option: String) throws -> (host: String, port: Int) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port) else {
            throw ValidationError("\(option) takes host:port, not \"\(text)\".")
        }
        let host = text[..<colon].drop { $0 == "[" }
        return (host.hasSuffix("]") ? String(host.dropLast()) : String(host), port)
    }

    private func graceSeconds() throws -> Int {
        guard let milliseconds = DurationText.milliseconds(grace), milliseconds >= 0 else {
            throw ValidationError("--grace takes a time such as 30s, not \"\(grace)\".")
        }
        return milliseconds / 1000
    }

    private func memoryLimit() throws -> Int? {
        guard let memory else { return nil }
        guard let bytes = ByteSize.parse(memory), bytes >= 64 << 20 else {
            throw ValidationError("--memory takes a size of at least 64MB, such as 4GB, not \"\(memory)\".")
        }
        return bytes
    }

    private func givenPassword() throws -> String? {
        if let passwordFile {
            let text: String
            do throws(SQLError) { text = try ScriptFile.text(passwordFile) } catch { throw ValidationError(error.message) }
            let line = text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
            if line.isEmpty { throw ValidationError("\"\(passwordFile)\" holds no password.") }
            return line
        }
        return getenv("LODE_PASSWORD").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension StartupConversation.TLSMode: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
