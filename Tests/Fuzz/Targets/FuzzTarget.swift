// What is fuzzed: each parser of bytes from outside, by name.

/// One parser and the rules that its results keep whatever the input.
struct FuzzTarget: Sendable {
    /// As the script calls it, and its folder in Findings.
    var name: String
    /// Parses an input. A `BrokenRule`, the end of the process, a second of time and a gigabyte of memory are findings; any
    /// other error is an answer.
    var run: @Sendable (_ input: UnsafeRawBufferPointer) throws -> Void
    /// Changes an input within its structure; nil where flipped bytes go as deep.
    var mutate: (@Sendable (_ input: [UInt8], _ random: inout FuzzRandom) -> [UInt8]?)?
}

enum FuzzTargets {
    static let all = [
        footer, pageHeader, pageIndex, bloomFilter, levels, codes, delta, deltaTexts, page, snappy, codecs, parquet, csv, json,
        messages, scram, copyRows, copyTexts, parameters, deltaLog, deletionVector, sketch, icebergDocument, icebergRequest, avroTree,
        avro, variant,
    ]
}

/// A rule that an input broke without ending the process.
struct BrokenRule: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// - Throws: `BrokenRule` unless `condition` holds.
func require(_ condition: Bool, _ rule: @autoclosure () -> String) throws {
    if !condition { throw BrokenRule(rule()) }
}
