/// Members of JSON that a client has sent.

import LodeCore

extension JSONTree {
    /// - Throws: `22023` for what is no JSON object, or says something twice.
    init(untrusted bytes: [UInt8]) throws(SQLError) {
        do throws(SQLError) {
            try self.init(String(decoding: bytes, as: UTF8.self))
        } catch {
            throw SQLError(.invalidParameterValue, "the request is no JSON", detail: error.message)
        }
        guard case .object = self else { throw SQLError(.invalidParameterValue, "the request is no JSON object") }
        // What is looked at here is the first of them; who reads the table's document may take the last.
        if hasTwins { throw SQLError(.invalidParameterValue, "the request has two members of one name") }
    }

    private var hasTwins: Bool {
        switch self {
        case .object(let members):
            return Set(members.map { $0.name }).count < members.count || members.contains { $0.value.hasTwins }
        case .array(let items): return items.contains { $0.hasTwins }
        default: return false
        }
    }

    static func lacks(_ name: String) -> SQLError {
        SQLError(.invalidParameterValue, "the request lacks \"\(name)\", or it is of another type")
    }

    /// A whole number.
    var integer: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }

    func required(_ name: String) throws(SQLError) -> String {
        guard let text = self[name]?.text else { throw Self.lacks(name) }
        return text
    }

    func number(_ name: String) throws(SQLError) -> Int64 {
        guard let number = self[name]?.integer else { throw Self.lacks(name) }
        return number
    }

    func object(_ name: String) throws(SQLError) -> JSONTree {
        guard let found = self[name], case .object = found else { throw Self.lacks(name) }
        return found
    }

    func list(_ name: String, isOptional: Bool = false) throws(SQLError) -> [JSONTree] {
        switch self[name] {
        case .array(let items): return items
        case nil where isOptional, .null where isOptional: return []
        default: throw Self.lacks(name)
        }
    }

    /// An object of texts.
    func texts(_ name: String) throws(SQLError) -> [String: String] {
        var found: [String: String] = [:]
        for member in try object(name).members {
            guard let text = member.value.text else { throw Self.lacks("\(name).\(member.name.prefix(100))") }
            found[member.name] = text
        }
        return found
    }

    // MARK: Of an Iceberg document

    mutating func append(_ item: JSONTree, to name: String) { self[name] = .array((self[name]?.items ?? []) + [item]) }

    /// The item of a list whose member `key` has this number.
    func item(of list: String, _ key: String, _ number: Int64) -> JSONTree? {
        self[list]?.items.first { $0[key]?.integer == number }
    }

    /// The greatest number that an item of a list has.
    func greatest(of list: String, _ key: String) -> Int64? { self[list]?.items.compactMap { $0[key]?.integer }.max() }

    /// The snapshot that a branch or tag is at; nil if there is none.
    func snapshot(of reference: String) -> Int64? {
        if let found = self["refs"]?[reference]?["snapshot-id"]?.integer { return found }
        guard reference == "main", let current = self["current-snapshot-id"]?.integer, current != -1 else { return nil }
        return current
    }
}
