/// The bytecode that a grammar is compiled to.

/// What the machine does next.
enum Opcode: UInt8 {
    /// Goes past the token `a`, or fails.
    case token
    /// The same, and puts the token into the tree.
    case keepToken
    /// Goes past a name of kind `a`, whose classes are `x`, and puts it into the tree.
    case name
    /// Goes past the token `a` if it is here; keeps it if `x` is 1.
    case optionalToken
    /// Runs the rule `a` at `b`; `x` is 1 if it is memoized.
    case call
    /// Ends the rule `a`; `x` is 1 if a single child is passed on without a node.
    case end
    /// Tries the alternatives of the choice `a` that can begin with this token.
    case choice
    /// Ends an alternative of the choice `a` and goes on at `b`.
    case commit
    /// Goes to `b` unless the token is in the set `a`; else tries what follows, and if that fails goes to `b`.
    case attempt
    /// Ends what `attempt` began, and goes on at `b`.
    case succeed
    /// Fails if the token is in the set `a`.
    case refuse
    /// Fails unless the token is in the set `a`.
    case require
    /// Tries what follows, up to `refuseMatched`; if that fails, goes on at `b`.
    case refuseStart
    case refuseMatched
    /// Runs the operator table `a` with operators of level `x` or more; the operand's code begins at `b`.
    case expression
    /// Looks for an operator after an operand.
    case operators
    /// Wraps all since the expression began into a node of the rule `a`; operators above level `x` may not follow.
    case wrap
    /// The parse has succeeded.
    case halt
}

struct Instruction {
    var opcode: Opcode
    var x: UInt8 = 0
    var a: UInt16 = 0
    var b: Int32 = 0
}
