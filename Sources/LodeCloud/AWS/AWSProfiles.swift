/// The files `~/.aws/config` and `~/.aws/credentials`.

import LodeCore

/// Profiles, SSO sessions and services as they are written down there.
/// - Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
package struct AWSProfiles: Sendable {
    /// Settings by name in lower case; those of nested blocks by `block.name`.
    package typealias Section = [String: String]

    private var profiles: [String: Section] = [:]
    private var sessions: [String: Section] = [:]
    private var services: [String: Section] = [:]

    package init(_ environment: CloudEnvironment) {
        let folder = environment.home + "/.aws/"
        let config = environment["AWS_CONFIG_FILE"] ?? folder + "config"
        let credentials = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? folder + "credentials"
        for (header, section) in Self.sections(environment.read(config) ?? []) {
            let words = header.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            switch (words.first, words.dropFirst().joined(separator: " ")) {
            case ("profile"?, let name) where !name.isEmpty: profiles[name, default: [:]].merge(section) { $1 }
            case ("sso-session"?, let name) where !name.isEmpty: sessions[name] = section
            case ("services"?, let name) where !name.isEmpty: services[name] = section
            case ("default"?, ""): profiles["default", default: [:]].merge(section) { $1 }
            default: break
            }
        }
        for (header, section) in Self.sections(environment.read(credentials) ?? []) {
            profiles[header, default: [:]].merge(section) { $1 }
        }
    }

    /// Nil if there is no such profile.
    package func profile(_ name: String) -> Section? { profiles[name] }
    package func session(_ name: String) -> Section? { sessions[name] }
    package var names: [String] { profiles.keys.sorted() }

    /// The endpoint that a profile sets for a service (`s3`, `glue`), or for all.
    package func endpoint(_ profile: String, service: String) -> String? {
        guard let section = profiles[profile] else { return nil }
        return section["services"].flatMap { services[$0]?["\(service).endpoint_url"] } ?? section["endpoint_url"]
    }

    private static func sections(_ bytes: [UInt8]) -> [(header: String, section: Section)] {
        var found: [(header: String, section: Section)] = []
        var block = ""
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let isNested = line.first == " " || line.first == "\t"
            let text = trimmed(line)
            if text.isEmpty || text.hasPrefix("#") || text.hasPrefix(";") { continue }
            if text.hasPrefix("[") {
                found.append((trimmed(text.dropFirst().prefix { $0 != "]" }), [:]))
                block = ""
                continue
            }
            guard !found.isEmpty, let equals = text.firstIndex(of: "=") else { continue }
            let name = trimmed(text[..<equals]).lowercased()
            var value = trimmed(text[text.index(after: equals)...])
            for comment in [" #", " ;"] {
                if let start = value.firstRange(of: comment) { value = trimmed(value[..<start.lowerBound]) }
            }
            if isNested, !block.isEmpty {
                found[found.count - 1].section["\(block).\(name)"] = value
            } else {
                block = value.isEmpty ? name : ""
                found[found.count - 1].section[name] = value
            }
        }
        return found
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
