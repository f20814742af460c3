/// Digits of hexadecimal notations.

/// Inlined into the loops of other modules.
public enum HexDigit {
    /// What a digit of either case stands for; nil for any other byte.
    @inlinable
    public static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70, 97...102: (byte | 32) - 87
        default: nil
        }
    }
}
