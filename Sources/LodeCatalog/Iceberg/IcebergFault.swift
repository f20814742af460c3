/// Errors of Iceberg REST servers as PostgreSQL's.

import LodeCloud
import LodeCore

/// The `error` of an answer: type, message and code.
/// - Source: Iceberg REST Catalog API, "ErrorModel"; RFC 6749, 5.2 "Error Response".
package struct IcebergFault: Sendable, Equatable {
    /// The status of HTTP.
    package var status: Int
    /// `NoSuchTableException`; empty if the server doesn't say.
    package var type: String
    package var message: String

    package init(status: Int, type: String, message: String) {
        self.status = status
        self.type = type
        self.message = message
    }

    package init(_ response: CloudResponse) {
        self.init(status: response.status, type: "", message: "")
        guard let json = CloudJSON(response.body) else { return }
        if let error = json["error"], case .object = error {
            type = error["type"]?.string ?? ""
            message = error["message"]?.string ?? ""
        } else {
            // Servers of tokens, and gateways of AWS before a server.
            type = json["error"]?.string ?? json["__type"]?.string ?? ""
            message = (json["error_description"] ?? json["message"] ?? json["Message"])?.string ?? ""
        }
    }

    /// What was asked for, so that the answer can be understood.
    package enum Purpose: Sendable, Equatable {
        /// To get a token.
        case token
        case read
        /// To change something that is not published by requirements.
        case change
        /// To publish changes of tables: all of it or nothing.
        case commit
    }

    /// The longest message of a server that is shown.
    private static let mostShown = 1_000

    private var shown: String {
        let text = [type, message].filter { !$0.isEmpty }.joined(separator: ": ")
        return text.isEmpty ? "HTTP \(status)" : "HTTP \(status), \(text.prefix(Self.mostShown))"
    }

    /// - Parameters:
    ///   - action: in words: "load table web.orders".
    ///   - place: the server.
    package func error(_ purpose: Purpose, _ action: String, _ place: String) -> SQLError {
        func made(_ state: SQLState, _ message: String, hint: String? = nil) -> SQLError {
            SQLError(state, message, in: place, detail: shown, hint: hint)
        }
        switch (status, purpose) {
        case (_, .token):
            guard (400..<500).contains(status), status != 404, status != 429 else {
                return made(.ioError, "the server failed to give a token", hint: "Look at the option oauth2_server_uri.")
            }
            return made(
                .invalidAuthorization, "the server gives no token for this credential", hint: "Look at the options credential and scope.")
        case (401, _), (419, _):
            return made(
                .insufficientPrivilege, "the Iceberg server does not take who asks: cannot \(action)",
                hint: "Give the catalog a credential, a token, or sigv4 'on'.")
        case (403, _): return made(.insufficientPrivilege, "permission denied by the Iceberg server: cannot \(action)")
        case (404, _): return missing(action, made)
        case (409, _): return conflict(purpose, action, made)
        case (500..., .commit): return CatalogError.unknownState(action, in: place, detail: shown)
        case (400, _), (422, _): return made(.invalidParameterValue, "the Iceberg server does not take this: cannot \(action)")
        case (405, _), (406, _), (501, _): return made(.featureNotSupported, "the Iceberg server can't \(action)")
        case (300..<400, _): return made(.ioError, "the Iceberg server is elsewhere", hint: "Look at the option uri.")
        default: return made(.ioError, "the Iceberg server failed to \(action)")
        }
    }

    private func missing(_ action: String, _ made: (SQLState, String, String?) -> SQLError) -> SQLError {
        switch type {
        case "NoSuchNamespaceException": made(.invalidSchemaName, "the schema is not there: cannot \(action)", nil)
        case "NoSuchTableException", "NoSuchIcebergTableException": made(.undefinedTable, "the table is not there: cannot \(action)", nil)
        case "NoSuchViewException": made(.undefinedTable, "the view is not there: cannot \(action)", nil)
        case "NoSuchWarehouseException": made(.invalidCatalogName, "the Iceberg server has no such warehouse", nil)
        case _ where isMissing: made(.undefinedObject, "it is not there: cannot \(action)", nil)
        default: made(.ioError, "the Iceberg server has nothing there: cannot \(action)", "Look at the options uri, warehouse and prefix.")
        }
    }

    private func conflict(_ purpose: Purpose, _ action: String, _ made: (SQLState, String, String?) -> SQLError) -> SQLError {
        switch type {
        case "NamespaceNotEmptyException": return made(.dependentObjectsStillExist, "the schema is not empty: cannot \(action)", nil)
        case "AlreadyExistsException", "TableAlreadyExistsException", "ViewAlreadyExistsException":
            return made(.duplicateTable, "the name is taken: cannot \(action)", nil)
        case "NamespaceAlreadyExistsException": return made(.duplicateSchema, "the name is taken: cannot \(action)", nil)
        default:
            let isLostRace = purpose == .commit || type == "CommitFailedException"
            return isLostRace
                ? made(.serializationFailure, "a concurrent change came first: nothing was changed", "Run the statement again.")
                : made(.objectNotInPrerequisiteState, "the Iceberg server is in another state: cannot \(action)", nil)
        }
    }

    /// Whether nothing of that name is there, as Iceberg or a service of AWS says it; the other answers of 404 are of paths that the server
    /// does not know.
    var isMissing: Bool { status == 404 && (type.hasPrefix("NoSuch") || type.hasSuffix("NotFoundException")) }

    /// Whether the server does not know the operation itself.
    var isNoOperation: Bool { [405, 406, 501].contains(status) || (status == 404 && !isMissing) }
}
