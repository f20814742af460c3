/// Letter case.

import LodeCore
import LodeVectors

/// ASCII by arithmetic, all else by the full Unicode mapping.
enum CaseMapping {
    static func lower(_ call: StrictCall, _ index: Int) throws(SQLError) -> Column {
        try map(call, index, first: 65, flip: 32) { $0.lowercased() }
    }

    static func upper(_ call: StrictCall, _ index: Int) throws(SQLError) -> Column {
        try map(call, index, first: 97, flip: 32) { $0.uppercased() }
    }

    @inline(__always)
    private static func map(
        _ call: StrictCall, _ index: Int, first: UInt8, flip: UInt8, _ full: (String) -> String
    ) throws(SQLError) -> Column {
        let inner = StrictCall(
            arguments: [call.arguments[index]], count: call.isConstant(index) ? 1 : call.count,
            validity: call.isConstant(index) ? nil : call.validity, context: call.context)
        let column = try inner.mapBytes { (_, bytes, sink) throws(SQLError) in
            guard UTF8Text.isASCII(bytes) else { return try sink.append(full(String(decoding: bytes, as: UTF8.self))) }
            let out = try sink.reserve(bytes.count)
            var i = 0
            while i < bytes.count {
                let byte = bytes[i]
                out[i] = byte ^ (byte &- first < 26 ? flip : 0)
                i &+= 1
            }
            sink.advance(bytes.count)
        }
        return call.isConstant(index) ? Column(repeating: column, count: call.count) : column
    }

    /// The first letter of each word in upper case, the others in lower case; words are runs of letters and digits.
    static func initialCapitals(_ text: String) -> String {
        var result = "", startsWord = true
        for character in text {
            let isWord = character.isLetter || character.isNumber
            result += isWord ? (startsWord ? character.uppercased() : character.lowercased()) : String(character)
            startsWord = !isWord
        }
        return result
    }
}
