/// Who may connect, and how they prove it.

import LodeCore
import LodeEngine

/// Looks up roles in the catalog. Blocks: not for event loops.
final class Roles: Sendable {
    private let engine: Engine
    /// Whether clients on this machine are believed.
    private let trustsLoopback: Bool
    private let mockSecret = Randomness.bytes(32)

    init(_ engine: Engine, trustsLoopback: Bool) {
        self.engine = engine
        self.trustsLoopback = trustsLoopback
    }

    /// How a client has to prove that it is the role.
    func proof(of startup: StartupConversation.Startup, isLoopback: Bool) -> Result<StartupConversation.Proof, SQLError> {
        do throws(SQLError) {
            let role = try engine.loginRole(startup.user)
            if trustsLoopback, isLoopback {
                guard role != nil else { throw SQLError(.invalidAuthorization, "role \"\(startup.user)\" does not exist") }
                return .success(.trust)
            }
            return .success(.password(role?.verifier.flatMap { ScramVerifier($0) }))
        } catch {
            return .failure(error)
        }
    }

    /// What a role that has proven itself may do.
    /// - Throws: `28000` for one that may not connect.
    func admit(_ user: String, connections: Int) throws(SQLError) -> Engine.LoginRole {
        guard let role = try engine.loginRole(user) else { throw SQLError(.invalidAuthorization, "role \"\(user)\" does not exist") }
        guard role.canLogin else { throw SQLError(.invalidAuthorization, "role \"\(user)\" is not permitted to log in") }
        if role.connectionLimit >= 0, connections >= role.connectionLimit, !role.isSuperuser {
            throw SQLError(.tooManyConnections, "too many connections for role \"\(user)\"")
        }
        return role
    }

    /// The salt of a role that does not exist: always the same for the same name.
    func mockSalt(for user: String) -> [UInt8] { Array(ScramVerifier.mac(mockSecret, Array(user.utf8)).prefix(16)) }
}
