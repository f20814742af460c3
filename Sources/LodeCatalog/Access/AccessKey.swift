/// Keys with which programs prove that they are a role, where there is no password to ask for.

import LodeCloud

/// A name and a secret: what signs requests as AWS does, and what a client of OAuth2 is known by.
package struct AccessKey: Sendable, Equatable {
    package var id: String
    /// Signatures can't be checked without it.
    package var secret: Secret
    package var role: String
    /// Microseconds since 1970-01-01 UTC.
    package var created: Int64

    package init(id: String, secret: Secret, role: String, created: Int64) {
        self.id = id
        self.secret = secret
        self.role = role
        self.created = created
    }

    /// One that nobody guesses, for a role.
    package static func made(for role: String, at micros: Int64) -> AccessKey {
        AccessKey(
            id: "LODE" + random(16, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
            secret: Secret(random(40, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")), role: role, created: micros)
    }

    private static func random(_ count: Int, of letters: String) -> String {
        var generator = SystemRandomNumberGenerator()
        let letters = Array(letters)
        return String((0..<count).compactMap { _ in letters.randomElement(using: &generator) })
    }
}
