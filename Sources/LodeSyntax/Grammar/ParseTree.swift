/// The tree that the machine builds: flat arrays of nodes and of their children.

/// A child of a node: another node, or a token.
struct Edge {
    var raw: UInt32

    private static let tokenBit: UInt32 = 1 << 31
    private static let nameBit: UInt32 = 1 << 30
    /// Tokens have 30 bits.
    static let capacity = 1 << 30

    static func node(_ index: Int) -> Edge { Edge(raw: UInt32(index)) }
    static func token(_ index: Int) -> Edge { Edge(raw: UInt32(index) | tokenBit) }
    static func name(_ index: Int) -> Edge { Edge(raw: UInt32(index) | tokenBit | nameBit) }

    var isToken: Bool { raw & Edge.tokenBit != 0 }
    /// A token that stands for a name, so that a keyword used as a name is not taken for itself.
    var isName: Bool { raw & Edge.nameBit != 0 && isToken }
    /// Of the node, or of the token.
    var index: Int { Int(isToken ? raw & ~(Edge.tokenBit | Edge.nameBit) : raw) }
}

/// What a rule matched. Its children are contiguous in `ParseTree.kids`.
struct TreeNode {
    var rule: UInt16
    /// The tokens that it covers, half open.
    var start: UInt32
    var end: UInt32
    var kid: UInt32
    var count: UInt32
}

struct ParseTree {
    var nodes: [TreeNode] = []
    var kids: [Edge] = []
    var root = Edge.token(0)
    /// The token after the last that was matched.
    var end = 0
}
