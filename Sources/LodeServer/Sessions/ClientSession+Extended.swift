/// Parse, Bind, Describe, Execute and Close.

import LodeCore
import LodeEngine

extension ClientSession {
    func parse(_ message: ParseMessage) throws(SQLError) {
        var types: [SQLType?] = []
        for id in message.parameterTypes {
            if id == 0 || id == ObjectID.unknown {
                types.append(nil)
            } else if let type = WireType.type(ofParameter: id) {
                types.append(type)
            } else {
                throw SQLError(.undefinedObject, "type with OID \(id) does not exist")
            }
        }
        // The unnamed statement is gone even if its successor is wrong.
        if message.name.isEmpty { session.forget("") }
        let statement = try session.prepare(message.query, types: types)
        if let columns = statement.columns { try RowWriter.check(columns) }
        try session.keep(statement, as: message.name)
        parameterIDs[message.name] = statement.parameterTypes.enumerated().map { index, type in
            let given = index < message.parameterTypes.count ? message.parameterTypes[index] : 0
            return given == 0 || given == ObjectID.unknown ? WireType(type).id : given
        }
        try output.send(.parseComplete)
    }

    func bind(_ message: BindMessage) throws(SQLError) {
        let statement = try session.preparedStatement(message.statement)
        try session.requireGoodTransaction(for: statement)
        let ids = parameterIDs(of: statement, named: message.statement)
        let formats = try Self.parameterFormats(message)
        guard message.values.count == ids.count else {
            let supplied = message.values.count
            throw SQLError(
                .protocolViolation,
                "bind message supplies \(supplied) parameters, but prepared statement \"\(message.statement)\" requires \(ids.count)")
        }
        let decoder = ParameterDecoder(session: session)
        var values: [Value] = [], types: [SQLType] = []
        for (index, value) in message.values.enumerated() {
            let parameter = try decoder.decode(
                value, format: formats[index], id: ids[index], type: statement.parameterTypes[index])
            values.append(parameter.value)
            types.append(parameter.type)
        }
        let results = try Self.resultFormats(message.resultFormats, columns: statement.columns?.count ?? 0)
        try session.keep(Portal(message.portal, statement, values, types: types))
        portalFormats[message.portal] = results
        try output.send(.bindComplete)
    }

    /// One for each parameter.
    private static func parameterFormats(_ message: BindMessage) throws(SQLError) -> [Int16] {
        switch message.parameterFormats.count {
        case 0: return message.values.map { _ in 0 }
        case 1: return message.values.map { _ in message.parameterFormats[0] }
        case message.values.count: return message.parameterFormats
        default:
            throw SQLError(
                .protocolViolation,
                "bind message has \(message.parameterFormats.count) parameter formats but \(message.values.count) parameters")
        }
    }

    private static func resultFormats(_ formats: [Int16], columns: Int) throws(SQLError) -> [WireFormat] {
        var result: [WireFormat] = []
        for code in formats {
            guard let format = WireFormat(rawValue: code) else {
                throw SQLError(.invalidParameterValue, "unsupported format code: \(code)")
            }
            result.append(format)
        }
        switch result.count {
        case 0: return Array(repeating: .text, count: columns)
        case 1: return Array(repeating: result[0], count: columns)
        // A statement without rows does not mind.
        case columns: return result
        default:
            if columns == 0 { return [] }
            throw SQLError(.protocolViolation, "bind message has \(result.count) result formats but query has \(columns) columns")
        }
    }

    /// As the client gave them when it prepared the statement; of a statement that SQL prepared, those of its types.
    private func parameterIDs(of statement: PreparedStatement, named name: String) -> [UInt32] {
        let types = statement.parameterTypes
        if let known = parameterIDs[name], known.count == types.count,
            zip(known, types).allSatisfy({ WireType.type(ofParameter: $0) == $1 || WireType($1).id == $0 })
        {
            return known
        }
        return types.map { WireType($0).id }
    }

    func describe(_ object: NamedObject) throws(SQLError) {
        switch object {
        case .statement(let name):
            let statement = try session.preparedStatement(name)
            try output.send(.parameterDescription(parameterIDs(of: statement, named: name)))
            try describe(statement.columns, formats: statement.columns?.map { _ in .text } ?? [])
        case .portal(let name):
            let portal = try session.portal(name)
            try describe(portal.columns, formats: formats(of: portal) ?? [])
        }
    }

    /// As Bind has said; of a cursor, all alike.
    private func formats(of portal: Portal) -> [WireFormat]? {
        portal.statement != nil ? portalFormats[portal.name] : portal.columns?.map { _ in portal.isBinary ? .binary : .text }
    }

    private func describe(_ columns: [Field]?, formats: [WireFormat]) throws(SQLError) {
        guard let columns else { return try output.send(.noData) }
        try output.send(.rowDescription(RowWriter.description(of: columns, formats: formats)))
    }

    func execute(_ message: ExecuteMessage) throws(SQLError) {
        let portal = try session.portal(message.portal)
        if let statement = portal.statement, statement.isEmpty { return try output.send(.emptyQueryResponse) }
        let limit = message.maximumRows > 0 ? Int(message.maximumRows) : nil
        let formats = formats(of: portal) ?? []
        try give(try session.execute(portal, limit: limit), formats: formats, portal.statement?.text ?? "")
    }

    func close(_ object: NamedObject) throws(SQLError) {
        switch object {
        case .statement(let name):
            session.forget(name)
            parameterIDs[name] = nil
        case .portal(let name): closePortal(name)
        }
        try output.send(.closeComplete)
    }

    func closePortal(_ name: String) {
        session.closePortal(name)
        portalFormats[name] = nil
    }
}
