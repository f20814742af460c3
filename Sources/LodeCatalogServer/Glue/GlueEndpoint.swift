/// AWS Glue's Data Catalog, for reading: which request is whose business.

import LodeCloud
import LodeCore
import LodeEngine
import LodeHTTP

/// - Source: AWS Glue Web API Reference, "Actions"; Smithy, "AWS JSON 1.1 protocol".
enum GlueEndpoint: CatalogEndpoint {
    static func answer(_ request: HTTPRequest, _ server: CatalogServer) throws(SQLError) -> HTTPResponse {
        let target = request.header("X-Amz-Target") ?? ""
        guard target.hasPrefix("AWSGlue.") else { throw SQLError.unsupported("the service of \"\(target.prefix(100))\"") }
        let action = String(target.dropFirst("AWSGlue.".count))
        return try server.asCaller(request) { (access) throws(SQLError) in
            guard let asked = CloudJSON(request.body.isEmpty ? Array("{}".utf8) : request.body), case .object = asked else {
                throw SQLError(.syntaxError, "the request is no JSON object")
            }
            return json(try GlueReading(access).answer(action, asked), status: 200)
        }
    }

    private static func json(_ body: CloudJSON, status: Int) -> HTTPResponse {
        HTTPResponse(status: status, headers: [HTTPHeader("Content-Type", "application/x-amz-json-1.1")], body: body.bytes)
    }

    static func failure(_ error: SQLError) -> HTTPResponse {
        let (status, type) = kind(of: error)
        let message = [error.message, error.detail, error.hint].compactMap { $0 }.joined(separator: ". ")
        return json(["__type": .string(type), "Message": .string(message), "message": .string(message)], status: status)
    }

    private static func kind(of error: SQLError) -> (status: Int, type: String) {
        switch error.state {
        case .undefinedTable, .invalidSchemaName, .undefinedObject, .invalidCatalogName: (400, "EntityNotFoundException")
        case .invalidAuthorization: (403, "IncompleteSignatureException")
        case .invalidPassword: (403, "UnrecognizedClientException")
        case .insufficientPrivilege: (400, "AccessDeniedException")
        case .featureNotSupported: (400, "UnknownOperationException")
        case .syntaxError: (400, "SerializationException")
        case .tooManyConnections, .lockNotAvailable: (400, "ThrottlingException")
        case .queryCanceled: (500, "OperationTimeoutException")
        case .invalidParameterValue, .invalidName, .wrongObjectType, .datatypeMismatch, .undefinedColumn: (400, "InvalidInputException")
        default: (500, "InternalServiceException")
        }
    }
}
