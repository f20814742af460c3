/// Wildcards within one part of a path.

/// One path part such as `data-*.cs[v!]`, compiled.
///
/// `*` matches any run of characters, `?` one, `[a-z]` one of a class, `[!a-z]` one outside it. A leading dot is matched
/// only by a dot. An opening bracket without its closing one stands for itself.
package struct GlobPattern: Hashable, Sendable {
    private enum Token: Hashable, Sendable {
        case scalar(Unicode.Scalar)
        case any
        case run
        case set([ClosedRange<Unicode.Scalar>], negated: Bool)
    }

    private var tokens: [Token] = []
    /// The part as it was written.
    package let text: String

    package init(_ text: String) {
        self.text = text
        let scalars = Array(text.unicodeScalars)
        var i = 0
        while i < scalars.count {
            switch scalars[i] {
            case "*":
                if tokens.last != .run { tokens.append(.run) }
            case "?": tokens.append(.any)
            case "[":
                if let (token, next) = Self.set(scalars, from: i) {
                    tokens.append(token)
                    i = next
                    continue
                }
                tokens.append(.scalar("["))
            default: tokens.append(.scalar(scalars[i]))
            }
            i += 1
        }
    }

    /// Whether `text` has no wildcard.
    package var isLiteral: Bool {
        tokens.allSatisfy { if case .scalar = $0 { true } else { false } }
    }

    /// Linear in the name for each `*`.
    package func matches(_ name: some StringProtocol) -> Bool {
        let scalars = Array(name.unicodeScalars)
        if scalars.first == ".", tokens.first != .scalar(".") { return false }
        var s = 0, t = 0
        var retry: (scalar: Int, token: Int)?
        while s < scalars.count {
            if t < tokens.count, tokens[t] == .run {
                retry = (s, t + 1)
                t += 1
            } else if t < tokens.count, matches(tokens[t], scalars[s]) {
                s += 1
                t += 1
            } else if let (scalar, token) = retry {
                retry = (scalar + 1, token)
                s = scalar + 1
                t = token
            } else {
                return false
            }
        }
        return tokens[t...].allSatisfy { $0 == .run }
    }

    private func matches(_ token: Token, _ scalar: Unicode.Scalar) -> Bool {
        switch token {
        case .scalar(let own): own == scalar
        case .any, .run: true
        case .set(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
        }
    }

    /// A class that starts at `[`; nil if it is never closed. `]` right after the opening stands for itself.
    private static func set(_ scalars: [Unicode.Scalar], from start: Int) -> (Token, next: Int)? {
        var i = start + 1
        let negated = i < scalars.count && (scalars[i] == "!" || scalars[i] == "^")
        if negated { i += 1 }
        let first = i
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while i < scalars.count {
            if scalars[i] == "]", i > first { return (.set(ranges, negated: negated), i + 1) }
            if i + 2 < scalars.count, scalars[i + 1] == "-", scalars[i + 2] != "]" {
                if scalars[i] <= scalars[i + 2] { ranges.append(scalars[i]...scalars[i + 2]) }
                i += 3
            } else {
                ranges.append(scalars[i]...scalars[i])
                i += 1
            }
        }
        return nil
    }
}
