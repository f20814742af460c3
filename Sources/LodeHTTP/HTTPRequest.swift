/// A request, whole.

/// Its body is held in memory, up to the listener's limit.
package struct HTTPRequest: Equatable, Sendable {
    /// In upper case: `GET`.
    package var method: String
    /// Without the query; not decoded.
    package var path: String
    /// What follows the question mark; nil without one.
    package var query: String?
    package var headers: [HTTPHeader]
    package var body: [UInt8]
    /// Whether it comes from this machine.
    package var isFromLoopback = false

    package init(method: String, target: String, headers: [HTTPHeader] = [], body: [UInt8] = []) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts.first.map(String.init) ?? "/"
        query = parts.count > 1 ? String(parts[1]) : nil
        self.headers = headers
        self.body = body
    }

    /// The first header of a name, whose case does not count.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }
}

package struct HTTPHeader: Equatable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
