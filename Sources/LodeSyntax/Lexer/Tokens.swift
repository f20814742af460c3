/// The tokens of a string: three arrays side by side, ten bytes a token.
import LodeCore

/// Kinds and byte ranges of tokens; comments and blanks are the gaps. The last token is `Terminal.end`.
struct Tokens {
    var kinds: [UInt16] = []
    var starts: [UInt32] = []
    var ends: [UInt32] = []

    var count: Int { kinds.count }

    mutating func append(_ kind: UInt16, _ start: Int, _ end: Int) {
        kinds.append(kind)
        starts.append(UInt32(truncatingIfNeeded: start))
        ends.append(UInt32(truncatingIfNeeded: end))
    }

    /// Makes the last token longer: it takes in what follows it.
    mutating func extendLast(to end: Int) {
        guard let last = ends.indices.last else { return }
        ends[last] = UInt32(truncatingIfNeeded: end)
    }

    func span(_ index: Int) -> SourceSpan { SourceSpan(Int(starts[index]), Int(ends[index])) }
}
