/// What is told of a statement when it has ended: to the history, the metrics and the log.

import LodeCatalog
import LodeCore
import LodeSyntax

/// A statement that is over, without the passwords that it held.
package struct StatementReport: Sendable {
    package enum Outcome: String, Sendable, CaseIterable {
        case succeeded, failed, canceled
    }

    package let text: String
    /// Whether passwords were taken out of the text: messages may quote them, and are not to be kept either.
    package let heldSecret: Bool
    package let session: SessionActivity.View
    /// Microseconds since 1970-01-01 UTC.
    package let began: Int64
    package let elapsedNanoseconds: UInt64
    /// Empty of a statement that failed.
    package let tag: String
    package let receipt: Receipt
    package let error: SQLError?

    package var outcome: Outcome {
        guard let error else { return .succeeded }
        return error.state == .queryCanceled ? .canceled : .failed
    }

    /// What the error says, as far as it may be kept.
    package var message: String? {
        guard let error else { return nil }
        return heldSecret ? "(not kept: the statement held a password)" : error.message
    }
}

/// Hears of the statements of an engine. Called on the thread that ends a statement, which may be a worker: it must not wait.
package protocol StatementObserver: Sendable {
    func ended(_ report: StatementReport)
}

/// Tells of one statement's end, once.
struct StatementReporter: Sendable {
    /// Bytes of a text that are looked at: an INSERT may bring megabytes of values.
    private static let longestText = 64 << 10

    private let observers: [any StatementObserver]
    private let activity: SessionActivity
    /// The statement's own, with its passwords.
    private let text: String
    private let began: Int64
    private let startedNanoseconds: UInt64

    /// - Parameter span: where the statement stands in `text`; nil: it is all of it.
    init(_ observers: [any StatementObserver], _ activity: SessionActivity, _ text: String, _ span: SourceSpan? = nil) {
        self.observers = observers
        self.activity = activity
        self.text = observers.isEmpty ? "" : Self.part(of: text, span)
        began = Engine.nowMicros()
        startedNanoseconds = Engine.monotonicNanoseconds()
    }

    static func part(of text: String, _ span: SourceSpan? = nil) -> String {
        let bytes = text.utf8, count = min((span?.end ?? bytes.count) - (span?.start ?? 0), longestText)
        if count >= bytes.count { return text }
        let start = bytes.index(bytes.startIndex, offsetBy: max(0, span?.start ?? 0), limitedBy: bytes.endIndex) ?? bytes.endIndex
        let end = bytes.index(start, offsetBy: max(0, count), limitedBy: bytes.endIndex) ?? bytes.endIndex
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    func ended(_ outcome: StatementOutcome?, _ error: SQLError?) {
        if observers.isEmpty { return }
        let clean = StatementText.withoutSecrets(text)
        let report = StatementReport(
            text: clean ?? text, heldSecret: clean != nil, session: activity.view, began: began,
            elapsedNanoseconds: Engine.monotonicNanoseconds() &- startedNanoseconds, tag: outcome?.tag ?? "",
            receipt: outcome?.receipt ?? Receipt(), error: error)
        for observer in observers { observer.ended(report) }
    }
}
