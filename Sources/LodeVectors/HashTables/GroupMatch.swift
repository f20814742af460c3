/// Whether a row of a group table has a key: one way for each common shape of keys.

import Glibc
import LodeCore

/// Compares the words of a stored row with those of a key.
protocol GroupMatch {
    func matches(_ stored: Lanes<UInt64>, _ key: Lanes<UInt64>) -> Bool
    /// The same for two keys of one chunk, where a cheap "no" is good enough.
    func surelyMatches(_ left: Lanes<UInt64>, _ right: Lanes<UInt64>) -> Bool
}

struct MatchNothing: GroupMatch {
    @inline(__always) func matches(_: Lanes<UInt64>, _: Lanes<UInt64>) -> Bool { true }
    @inline(__always) func surelyMatches(_: Lanes<UInt64>, _: Lanes<UInt64>) -> Bool { true }
}

struct MatchOneWord: GroupMatch {
    @inline(__always) func matches(_ stored: Lanes<UInt64>, _ key: Lanes<UInt64>) -> Bool { stored[0] == key[0] }
    @inline(__always) func surelyMatches(_ l: Lanes<UInt64>, _ r: Lanes<UInt64>) -> Bool { l[0] == r[0] }
}

struct MatchTwoWords: GroupMatch {
    @inline(__always) func matches(_ stored: Lanes<UInt64>, _ key: Lanes<UInt64>) -> Bool {
        (stored[0] ^ key[0]) | (stored[1] ^ key[1]) == 0
    }
    @inline(__always) func surelyMatches(_ l: Lanes<UInt64>, _ r: Lanes<UInt64>) -> Bool { matches(l, r) }
}

struct MatchText: GroupMatch {
    @inline(__always) func matches(_ stored: Lanes<UInt64>, _ key: Lanes<UInt64>) -> Bool {
        StringView(head: stored[0], tail: stored[1]) == StringView(head: key[0], tail: key[1])
    }
    @inline(__always) func surelyMatches(_ l: Lanes<UInt64>, _ r: Lanes<UInt64>) -> Bool {
        (l[0] ^ r[0]) | (l[1] ^ r[1]) == 0
    }
}

struct MatchWords: GroupMatch {
    let count: Int
    /// The first words belong to strings, two each.
    let textWords: Int

    init(_ layout: GroupLayout) {
        count = layout.wordCount
        textWords = layout.textCount * 2
    }

    @inline(__always)
    func matches(_ stored: Lanes<UInt64>, _ key: Lanes<UInt64>) -> Bool {
        var w = textWords
        while w < count {
            if stored[w] != key[w] { return false }
            w &+= 1
        }
        w = 0
        while w < textWords {
            if StringView(head: stored[w], tail: stored[w &+ 1]) != StringView(head: key[w], tail: key[w &+ 1]) { return false }
            w &+= 2
        }
        return true
    }

    @inline(__always)
    func surelyMatches(_ l: Lanes<UInt64>, _ r: Lanes<UInt64>) -> Bool {
        var w = 0
        while w < count {
            if l[w] != r[w] { return false }
            w &+= 1
        }
        return true
    }
}

extension StringView {
    @inline(__always)
    static func != (left: StringView, right: StringView) -> Bool { !(left == right) }
}
