/// The second part of a connection: what each message asks for, and what is skipped after an error.

import LodeCore

/// A state machine without I/O. Statements are executed elsewhere; it hears of those that failed.
///
///     ready ──Parse, Bind, Describe, Execute, Close fails──▶ skipping ──Sync──▶ ready
///
/// - Source: PostgreSQL, "Message Flow", "Extended Query", "Pipelining".
struct QueryConversation {
    enum Action: Equatable {
        /// Statements as text; ReadyForQuery follows.
        case query(String)
        case parse(ParseMessage)
        case bind(BindMessage)
        case describe(NamedObject)
        case execute(ExecuteMessage)
        case close(NamedObject)
        /// The end of a group of messages: ReadyForQuery follows.
        case synchronize
        /// What was answered so far is to leave now.
        case flush
        /// The message can't be obeyed; `endsGroup` if ReadyForQuery follows.
        case refuse(Report, endsGroup: Bool)
        case ignore
        case terminate
    }

    /// Whether messages are dropped until Sync.
    private(set) var isSkipping = false

    /// What a message asks for.
    mutating func receive(type: UInt8, body: [UInt8]) -> Action {
        if isSkipping, type != UInt8(ascii: "S"), type != UInt8(ascii: "X") { return .ignore }
        do throws(SQLError) {
            return action(for: try FrontendMessage(type: type, body: body))
        } catch {
            // What comes with Sync goes on at Sync; the others are answered at once.
            let endsGroup = type == UInt8(ascii: "Q") || type == UInt8(ascii: "F") || type == UInt8(ascii: "S")
            isSkipping = !endsGroup
            return .refuse(Report(error), endsGroup: endsGroup)
        }
    }

    private mutating func action(for message: FrontendMessage) -> Action {
        switch message {
        case .query(let text): return .query(text)
        case .parse(let parse): return .parse(parse)
        case .bind(let bind): return .bind(bind)
        case .describe(let object): return .describe(object)
        case .execute(let execute): return .execute(execute)
        case .close(let object): return .close(object)
        case .sync:
            isSkipping = false
            return .synchronize
        case .flush: return .flush
        // What is left of a COPY that failed.
        case .copyData, .copyDone, .copyFail: return .ignore
        case .functionCall:
            return .refuse(Report(SQLError.unsupported("the fast-path function call", hint: "Call it in SELECT.")), endsGroup: true)
        case .password: return .ignore
        case .terminate: return .terminate
        }
    }

    /// What a message of the extended protocol asked for failed.
    mutating func failed() { isSkipping = true }
}
