/// A transaction of a session: BEGIN … COMMIT.

import LodeCatalog
import LodeCore
import LodeSyntax

/// Owns what its statements see of the catalog and what they have written. Nothing of it is there for others before it is published.
struct SessionTransaction {
    /// What a savepoint goes back to.
    private struct Savepoint {
        var name: String
        var changes: TransactionChanges
        var state: SessionState
    }

    /// What belongs to the session and yet goes back with the transaction.
    struct SessionState {
        var settings: SessionSettings
        var temporaryViews: [String: TemporaryView]
        /// How many portals the session had made: later ones go with what made them.
        var portalsMade: Int
        var channelRequests: [ChannelRequest]
        /// The latest advisory lock, of any session.
        var lastLock: Int
    }

    let catalog: TransactionCatalog
    /// As it was at BEGIN.
    let earlier: SessionState
    /// Whether a statement has failed: only going back is possible then.
    var isFailed = false
    /// Settings that hold for this transaction only.
    var localSettings: Set<String> = ["transaction_isolation", "transaction_read_only", "transaction_deferrable"]
    private var savepoints: [Savepoint] = []

    init(over catalog: any Catalog, _ state: SessionState) {
        self.catalog = TransactionCatalog(over: catalog)
        earlier = state
    }

    /// A later savepoint of the same name hides the earlier one.
    mutating func mark(_ name: String, _ state: SessionState) {
        savepoints.append(Savepoint(name: name, changes: catalog.changes, state: state))
    }

    /// Forgets a savepoint and those after it.
    /// - Throws: `3B001` if there is none of this name.
    mutating func release(_ name: Identifier) throws(SQLError) { savepoints.removeSubrange(try place(of: name)...) }

    /// Goes back to a savepoint, which stays.
    /// - Returns: what the session was then.
    mutating func restore(_ name: Identifier) throws(SQLError) -> (state: SessionState, changes: TransactionChanges) {
        let place = try place(of: name)
        savepoints.removeSubrange((place + 1)...)
        isFailed = false
        return (savepoints[place].state, savepoints[place].changes)
    }

    private func place(of name: Identifier) throws(SQLError) -> Int {
        guard let place = savepoints.lastIndex(where: { $0.name == name.text }) else {
            throw SQLError(
                .invalidSavepoint, "savepoint \"\(name.text)\" does not exist", at: name.span,
                hint: NearestName.find(name.text, among: savepoints.map(\.name)).map { "Did you mean \"\($0)\"?" })
        }
        return place
    }
}
