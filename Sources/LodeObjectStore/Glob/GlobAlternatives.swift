/// `{a,b}` in patterns.

import LodeCore

enum GlobAlternatives {
    private static let limit = 1_000

    /// The patterns that `pattern` means, in order: `x{a,b{1,2}}` gives `xa`, `xb1`, `xb2`.
    ///
    /// Braces that do not close or hold no comma stand for themselves.
    /// - Throws: `54000` for more than 1,000 patterns.
    static func expand(_ pattern: String) throws(SQLError) -> [String] {
        var done: [String] = []
        var pending: [(text: String, from: Int)] = [(pattern, 0)]
        while let (text, from) = pending.popLast() {
            guard let (choices, position) = firstChoices(Array(text.utf8), from: from) else {
                done.append(text)
                continue
            }
            for choice in choices.reversed() { pending.append((choice, position)) }
            guard done.count + pending.count <= limit else {
                throw SQLError(
                    .programLimitExceeded, "\"\(pattern)\" means more than \(limit) patterns",
                    hint: "Use * in place of long lists in braces.")
            }
        }
        return done
    }

    /// The texts that the first group from `from` on gives, and where to look on.
    private static func firstChoices(_ bytes: [UInt8], from: Int) -> (choices: [String], position: Int)? {
        var start = from
        while let open = bytes[start...].firstIndex(of: UInt8(ascii: "{")) {
            if let (parts, close) = group(bytes, open: open), parts.count > 1 {
                let texts = parts.map { part in
                    String(decoding: bytes[..<open] + bytes[part] + bytes[(close + 1)...], as: UTF8.self)
                }
                return (texts, open)
            }
            start = open + 1
        }
        return nil
    }

    /// The comma-separated parts of the group that opens at `open`, and where it closes.
    private static func group(_ bytes: [UInt8], open: Int) -> (parts: [Range<Int>], close: Int)? {
        var depth = 0
        var parts: [Range<Int>] = []
        var partStart = open + 1
        for i in open..<bytes.count {
            switch bytes[i] {
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return (parts + [partStart..<i], i) }
            case UInt8(ascii: ",") where depth == 1:
                parts.append(partStart..<i)
                partStart = i + 1
            default: break
            }
        }
        return nil
    }
}
