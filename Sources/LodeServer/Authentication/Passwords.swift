/// Passwords, as they are given and as they are kept.

package enum Passwords {
    /// What a role keeps of a password: a SCRAM verifier with a salt of its own.
    package static let verifier: @Sendable (String) -> String = { password in
        ScramVerifier(password: password, salt: Randomness.bytes(16)).text
    }

    /// One that nobody guesses.
    package static func madeUp() -> String { Randomness.password() }
}
