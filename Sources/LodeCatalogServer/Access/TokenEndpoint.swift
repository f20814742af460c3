/// Tokens for access keys.

import LodeCloud
import LodeCore
import LodeHTTP

/// - Source: RFC 6749, 4.4 "Client Credentials Grant"; RFC 8693, 2 "Token Exchange Request and Response"; Iceberg REST Catalog API,
///   "getToken".
enum TokenEndpoint {
    private static let exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    private static let mostBytes = 64 << 10
    private static let kind = "urn:ietf:params:oauth:token-type:access_token"

    static func answer(_ request: HTTPRequest, _ options: CatalogServer.Options) throws(SQLError) -> HTTPResponse {
        // Anybody may ask: no more is read than a form of keys and tokens has.
        guard request.body.count <= mostBytes else { return fault("invalid_request", "the request is too long", status: 400) }
        let fields = FormFields(String(decoding: request.body, as: UTF8.self)), caller = Caller(options)
        let token: AccessToken
        do throws(SQLError) {
            switch fields["grant_type"] {
            case "client_credentials":
                guard let (id, secret) = credentials(request, fields) else { throw refusal("client_id and client_secret are missing") }
                token = try caller.token(id, secret)
            case exchange:
                guard let subject = fields["subject_token"] else { throw refusal("subject_token is missing") }
                token = try caller.renewed(subject)
            case let other: return fault("unsupported_grant_type", "the grant type \(other ?? "") is not known", status: 400)
            }
        } catch {
            guard error.state == .invalidPassword else { throw error }
            return fault("invalid_client", error.message, status: 401)
        }
        let body: CloudJSON = [
            "access_token": .string(token.text), "token_type": "bearer", "expires_in": .number(String(AccessToken.seconds)),
            "issued_token_type": .string(kind), "scope": .string(fields["scope"] ?? "catalog"),
        ]
        return json(body, status: 200)
    }

    /// In the form, or as HTTP's own.
    private static func credentials(_ request: HTTPRequest, _ fields: FormFields) -> (id: String, secret: String)? {
        if let secret = fields["client_secret"] {
            if let id = fields["client_id"] { return (id, secret) }
            return pair(secret)
        }
        guard let header = request.header("Authorization"), header.lowercased().hasPrefix("basic "),
            let bytes = Base64.decode(String(header.dropFirst(6).drop { $0 == " " }))
        else { return nil }
        return pair(String(decoding: bytes, as: UTF8.self))
    }

    private static func pair(_ text: String) -> (id: String, secret: String)? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        return (FormFields.decoded(text[..<colon]), FormFields.decoded(text[text.index(after: colon)...]))
    }

    private static func refusal(_ message: String) -> SQLError { SQLError(.invalidPassword, message) }

    private static func fault(_ code: String, _ message: String, status: Int) -> HTTPResponse {
        json(["error": .string(code), "error_description": .string(message)], status: status)
    }

    private static func json(_ body: CloudJSON, status: Int) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Cache-Control", "no-store")],
            body: body.bytes)
    }
}

/// Names and values of a query or a form.
struct FormFields {
    private var values: [String: String] = [:]

    init(_ text: String) {
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[Self.decoded(sides[0])] = sides.count > 1 ? Self.decoded(sides[1]) : ""
        }
    }

    subscript(name: String) -> String? { values[name] }

    static func decoded(_ text: Substring) -> String {
        PercentText.decoded(String(text.map { $0 == "+" ? " " : $0 }))
    }
}
