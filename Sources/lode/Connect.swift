/// `lode --connect`: the shell of a server.

import ArgumentParser
@preconcurrency import Glibc
import LodeCore
import LodeEngine
import LodeServer
import LodeShell

extension CommonOptions {
    /// A session on the server at `url`, as the options want it.
    func remoteSession(_ url: String) throws -> RemoteSession {
        signal(SIGPIPE, SIG_IGN)
        let result: Result<RemoteSession, SQLError>
        do throws(SQLError) {
            var address = try ServerAddress(url, environment: Self.environment, defaultUser: Self.userName)
            for (name, value) in try pairs(settings, option: "--set") { address.settings.append(.init(name: name, value: value)) }
            let session = try RemoteSession(address) { Self.password(for: address) }
            for (name, value) in try pairs(variables, option: "--var") { session.variables[name] = Variables.value(value) }
            result = .success(session)
        } catch {
            result = .failure(error)
        }
        switch result {
        case .success(let session): return session
        case .failure(let error):
            Messages.write(ErrorText.text(error, sql: ""))
            Glibc.exit(1)
        }
    }

    private func pairs(_ texts: [String], option: String) throws(SQLError) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for text in texts {
            guard let pair = try? Self.split(text, option: option) else {
                throw SQLError(.invalidParameterValue, "\(option) takes name=value, not \"\(text)\"")
            }
            pairs.append(pair)
        }
        return pairs
    }

    /// What the password file says, else what is typed.
    private static func password(for address: ServerAddress) -> String? {
        let file = environment["PGPASSFILE"] ?? environment["HOME"].map { $0 + "/.pgpass" }
        if let password = file.flatMap({ PasswordFile.password(for: address, file: $0) }) { return password }
        return PasswordPrompt.read("Password for user \(address.user): ")
    }

    /// The variables that an address is completed from.
    private static var environment: [String: String] {
        let names = [
            "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE", "PGSSLROOTCERT", "PGCONNECT_TIMEOUT", "PGAPPNAME",
            "PGOPTIONS", "PGPASSFILE", "HOME",
        ]
        let known = names.compactMap { name in getenv(name).map { (name, String(cString: $0)) } }
        return Dictionary(known) { first, _ in first }
    }

    private static var userName: String { getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "lode" }
}
