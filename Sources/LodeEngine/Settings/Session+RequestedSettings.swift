/// `set_config`: settings that a query changes.

import LodeCore
import LodeFunctions

/// Collected by whatever thread computes the query, and kept when it has succeeded.
final class RequestedSettings: Sendable {
    struct Request: Sendable {
        var name: String
        var value: String
        var isLocal: Bool
    }

    private let requests = Lock<[Request]>([])

    func add(_ request: Request) { requests.withLock { $0.append(request) } }

    func take() -> [Request] {
        requests.withLock { requests in
            defer { requests = [] }
            return requests
        }
    }
}

extension Session {
    /// The settings as functions of a statement see them.
    var settingAccess: SettingAccess {
        let known = settings, requested = requestedSettings
        return SettingAccess(
            value: { name in (try? SettingDefinition.named(name)).map { known[$0.name] } },
            change: { (name, value, isLocal) throws(SQLError) in
                var changed = known
                try changed.set(name, value)
                requested.add(RequestedSettings.Request(name: name, value: value, isLocal: isLocal))
                return changed[try SettingDefinition.named(name).name]
            })
    }

    /// Makes what a statement asked for by `set_config` hold.
    func keepRequestedSettings() throws(SQLError) {
        for request in requestedSettings.take() {
            if request.isLocal {
                guard transaction != nil else { continue }
                transaction?.localSettings.insert(try SettingDefinition.named(request.name).name)
            }
            try setChecked(request.name, request.value)
        }
    }

    /// Changes a setting as a client asks for it, who may only become a role that the user is a member of.
    package func setChecked(_ name: String, _ value: String, at span: SourceSpan? = nil) throws(SQLError) {
        if name.lowercased() == "role", value != "none" { try requireMembership(in: value, at: span) }
        try settings.set(name, value, at: span)
    }
}
