// A warehouse, and its catalog over HTTP without a socket.

import Foundation
import LodeCatalog
import LodeCloud
import LodeCore
import LodeEngine
import LodeHTTP
import LodeVectors
import Logging

@testable import LodeCatalogServer

final class ServedWarehouse {
    let folder: String
    let engine: Engine
    let server: CatalogServer

    init(trustsLoopback: Bool = true, maximumRequests: Int = 64, _ sql: String = "") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "lode-served-\(UUID().uuidString)").path(percentEncoded: false)
        engine = Engine(warehouse: folder)
        _ = try engine.prepareFirstRole(password: nil) { nil }
        var options = CatalogServer.Options(
            engine: engine, settings: SessionSettings(), allowedFolders: [folder + "/elsewhere"], trustsLoopback: trustsLoopback)
        options.maximumRequests = maximumRequests
        server = CatalogServer(options, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        if !sql.isEmpty { _ = try rows(sql) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The rows of the last statement, as the one who started the process.
    @discardableResult
    func rows(_ sql: String) throws -> [[Value]] {
        let sink = Rows()
        _ = try Session(engine: engine).executeAll(sql, into: sink)
        return sink.rows
    }

    /// A key of a role.
    func key(_ role: String) throws -> (id: String, secret: String) {
        let row = try rows("CREATE ACCESS KEY FOR \(role)").last ?? []
        guard row.count == 2, case .text(let id) = row[0], case .text(let secret) = row[1] else { return ("", "") }
        return (id.string, secret.string)
    }

    func send(
        _ method: String, _ target: String, _ body: String = "", headers: [HTTPHeader] = [], isFromLoopback: Bool = true
    ) -> (status: Int, json: CloudJSON) {
        var request = HTTPRequest(method: method, target: target, headers: headers, body: Array(body.utf8))
        request.isFromLoopback = isFromLoopback
        let response = server.answer(request)
        return (response.status, CloudJSON(response.body) ?? .null)
    }

    func glue(_ action: String, _ body: String, headers: [HTTPHeader] = []) -> (status: Int, json: CloudJSON) {
        send("POST", "/", body, headers: [HTTPHeader("X-Amz-Target", "AWSGlue.\(action)")] + headers)
    }

    private final class Rows: ResultSink {
        var rows: [[Value]] = []
        func begin(_ columns: [Field]) throws(SQLError) { rows = [] }
        func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
            for row in 0..<chunk.count { rows.append(chunk.columns.map { $0.value(at: row) }) }
            return true
        }
    }
}
