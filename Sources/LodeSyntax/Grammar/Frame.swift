/// An entry of the machine's stack.

/// Calls, choices, operators and memo entries share one stack, so that nesting costs no native stack.
struct Frame {
    enum Kind: UInt8 {
        /// A rule runs; `address` is where it returns to.
        case call
        /// The same, and the outcome is remembered.
        case memoCall
        /// If what runs fails, go on at `address`.
        case attempt
        /// If the alternative fails, the next is `chains[address]`.
        case choice
        /// If what runs fails, all is well and it goes on at `address`; failures inside are not news.
        case refusal
        /// An expression of the table `rule` runs.
        case expression
        /// An operator is tried; the next candidate is `chains[address]`.
        case operation
    }

    var address: Int32
    var position: UInt32
    var edges: UInt32
    var nodes: UInt32
    var rule: UInt16
    var kind: Kind
    var lowest: UInt8 = 0
    var highest: UInt8 = .max
}
