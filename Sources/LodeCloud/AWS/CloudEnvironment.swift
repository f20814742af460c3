/// What a process knows of its user: environment variables and files.

import Glibc
import LodeCore

/// The variables and the files that settings and credentials are looked up in; tests bring their own.
package struct CloudEnvironment: Sendable {
    private let variable: @Sendable (String) -> String?
    private let file: @Sendable (String) -> [UInt8]?

    /// - Parameters:
    ///   - variables: instead of the process's.
    ///   - files: by path, before the machine's.
    package init(variables: [String: String], files: [String: String] = [:]) {
        variable = { variables[$0] }
        file = { path in files[path].map { Array($0.utf8) } }
    }

    private init(variable: @escaping @Sendable (String) -> String?, file: @escaping @Sendable (String) -> [UInt8]?) {
        self.variable = variable
        self.file = file
    }

    /// That of this process.
    package static let process = CloudEnvironment(
        variable: { name in getenv(name).map { String(cString: $0) } }, file: { Self.contents($0) })

    /// Nil for a variable that is not set, or empty.
    package subscript(name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether a variable says yes.
    package func isOn(_ name: String) -> Bool { self[name]?.lowercased() == "true" || self[name] == "1" }

    package func read(_ path: String) -> [UInt8]? { file(path) }

    package var home: String { self["HOME"] ?? "/" }

    /// AWS_MAX_ATTEMPTS before the policy's own.
    func attempts(_ policy: RetryPolicy) -> Int {
        guard let text = self["AWS_MAX_ATTEMPTS"], let number = Int(text), (1...100).contains(number) else { return policy.attempts }
        return number
    }

    /// Whole files of up to a megabyte.
    private static func contents(_ path: String) -> [UInt8]? {
        guard !path.utf8.contains(0) else { return nil }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let limit = 1 << 20
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            let got = bytes.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { Glibc.read(descriptor, $0 + count, limit - count) } ?? -1
            }
            if got <= 0 { break }
            count += got
        }
        return Array(bytes.prefix(count))
    }
}
