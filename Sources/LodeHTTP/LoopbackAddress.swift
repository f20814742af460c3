/// Addresses of this machine.

import NIOCore

package enum LoopbackAddress {
    /// - Parameter host: as it is given to listen on.
    package static func isOne(_ host: String) -> Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    static func isOne(_ address: SocketAddress) -> Bool {
        guard let text = address.ipAddress else { return address.protocol == .unix }
        // IPv4 over a socket of IPv6.
        return isOne(text.lowercased().hasPrefix("::ffff:") ? String(text.dropFirst(7)) : text)
    }
}
