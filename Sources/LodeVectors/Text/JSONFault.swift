/// What is wrong with a JSON text.

/// Faults of values, which `JSONCursor` finds, and of rows, which the reader of files finds.
public enum JSONFault: String {
    case unexpectedEnd = "the text ends within a value"
    case lineEnds = "the line ends within a value"
    case expectedValue = "a value is expected"
    case expectedComma = "a comma or a closing bracket is expected"
    case expectedColon = "a colon is expected"
    case expectedKey = "a key in quotes is expected"
    case badEscape = "unknown escape in a string"
    case badNumber = "a number is malformed"
    case controlCharacter = "a control character stands in a string"
    case tooDeep = "it is nested more than 1000 levels deep"
    case textFollows = "text follows the value"
    case textFollowsArray = "text follows the array"
    case unknownKey = "no object that was sniffed has the key"
    case clashingKeys = "another key of the object differs only in case from the key"

    /// Whether the value is JSON, but has keys that are not those of its columns.
    package var isAboutKeys: Bool { self == .unknownKey || self == .clashingKeys }
}
