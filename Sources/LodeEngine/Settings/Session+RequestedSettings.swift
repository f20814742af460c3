/// `set_config` and `pg_notify`: what a query asks its session for.

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
    private let notices = Lock<[ChannelRequest]>([])

    func add(_ request: Request) { requests.withLock { $0.append(request) } }

    func add(_ notice: ChannelRequest) { notices.withLock { $0.append(notice) } }

    func takeNotices() -> [ChannelRequest] {
        notices.withLock { notices in
            defer { notices = [] }
            return notices
        }
    }

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

    /// Makes what a statement asked for by `set_config` and `pg_notify` hold.
    func keepRequestedSettings() throws(SQLError) {
        for notice in requestedSettings.takeNotices() { try request(notice) }
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
        if name.lowercased() == "session_authorization" { return try authorize(value, at: span) }
        if name.lowercased() == "role", value != "none" { try requireMembership(in: value, at: span) }
        try settings.set(name, value, at: span)
    }

    /// SET SESSION AUTHORIZATION: a superuser may become anybody, and who has connected may always be that again.
    private func authorize(_ user: String, at span: SourceSpan?) throws(SQLError) {
        let connected = settings.connectedUser
        if user != connected, try !principal(connected).isSuperuser {
            throw SQLError(.insufficientPrivilege, "permission denied to set session authorization \"\(user)\"", at: span)
        }
        if user != connected, try catalog.role(user) == nil {
            let near = NearestName.find(user, among: try catalog.roles().map(\.name))
            throw SQLError(
                .invalidParameterValue, "role \"\(user)\" does not exist", at: span, hint: near.map { "Did you mean \"\($0)\"?" })
        }
        let isSuperuser = try principal(user).isSuperuser
        settings.authorize(user, isSuperuser: isSuperuser)
    }
}
