/// What a statement has found out about remote objects before it reads them.

import LodeCloud
import LodeCore

/// Openings that were asked for before they are wanted, and what listings have told. It is true for one statement: the next one asks again.
final class StatementOpenings: Sendable {
    private enum Opening {
        case asked(CloudCall)
        case open(RemoteReader)

        /// Nobody will come for it. A reader cancels what it has asked for by itself.
        func cancel() { if case .asked(let call) = self { call.cancel() } }
    }

    private struct State {
        var openings: [String: Opening] = [:]
        var listed: [String: ObjectInfo] = [:]
        /// First pages of listings that are on their way.
        var listings: [String: CloudCall] = [:]
    }

    /// Openings that nobody has come for yet.
    private static let mostOpenings = 256
    /// Of larger listings, the rest is asked for again.
    private static let mostListed = 200_000

    private let state = Lock(State())

    deinit {
        let (openings, listings) = state.withLock { ($0.openings, $0.listings) }
        for opening in openings.values { opening.cancel() }
        for call in listings.values { call.cancel() }
    }

    /// Those of the statement for which the calling thread works; without one, nothing is remembered.
    static var current: StatementOpenings { Cancellation.current?.remoteUse.kept { StatementOpenings() } ?? StatementOpenings() }

    // MARK: What listings tell

    func note(_ info: ObjectInfo) {
        guard !info.isFolder, !info.etag.isEmpty else { return }
        state.withLock { state in
            if state.listed.count < Self.mostListed { state.listed[info.path] = info }
        }
    }

    func info(_ path: String) -> ObjectInfo? { state.withLock { $0.listed[path] } }

    /// The statement writes there itself.
    func forget(_ path: String) {
        let (opening, listings) = state.withLock { state in
            defer { state.listings = [:] }
            state.listed[path] = nil
            return (state.openings.removeValue(forKey: path), state.listings)
        }
        opening?.cancel()
        for call in listings.values { call.cancel() }
    }

    /// Starts a listing unless it is under way.
    func startListing(_ name: String, _ begin: () -> CloudCall?) {
        guard state.withLock({ $0.listings[name] == nil && $0.listings.count < Self.mostOpenings }), let call = begin() else { return }
        state.withLock { $0.listings[name] = call }
    }

    func takeListing(_ name: String) -> CloudCall? { state.withLock { $0.listings.removeValue(forKey: name) } }

    // MARK: Openings

    /// Starts opening an object unless that is under way, or too much is.
    /// - Parameter arrived: called when nobody need wait for the opening.
    func start(_ path: String, _ arrived: @escaping @Sendable () -> Void, _ begin: () -> CloudCall?) {
        if hasRoom(path), let call = begin() { insert(path, .asked(call)) }
        whenArrived(path, arrived)
    }

    /// The same for an object whose reader needs no answer.
    func start(_ path: String, _ arrived: @escaping @Sendable () -> Void, part: Range<Int>, _ reader: () -> RemoteReader?) {
        guard hasRoom(path), let reader = reader() else { return whenArrived(path, arrived) }
        insert(path, .open(reader))
        reader.fetchAhead([part], arrived)
    }

    private func hasRoom(_ path: String) -> Bool {
        state.withLock { $0.openings[path] == nil && $0.openings.count < Self.mostOpenings }
    }

    /// Of two threads that begin the same, the first is right.
    private func insert(_ path: String, _ opening: Opening) {
        let isFirst = state.withLock { state in
            if state.openings[path] != nil { return false }
            state.openings[path] = opening
            return true
        }
        if !isFirst { opening.cancel() }
    }

    private func whenArrived(_ path: String, _ arrived: @escaping @Sendable () -> Void) {
        guard case .asked(let call)? = state.withLock({ $0.openings[path] }) else { return arrived() }
        call.whenDone(arrived)
    }

    /// A reader of an object whose opening was started; nil if there is none, or it is of no use.
    /// - Parameter make: a reader of what an answer shows.
    func take(_ path: String, _ make: (CloudResponse) throws(SQLError) -> RemoteReader?) throws(SQLError) -> RemoteReader? {
        switch state.withLock({ $0.openings.removeValue(forKey: path) }) {
        case .open(let reader)?: return reader
        case .asked(let call)?:
            let response: CloudResponse
            do throws(SQLError) { response = try call.value() } catch {
                try Cancellation.checkCurrent()
                return nil
            }
            return response.isSuccess || response.status == 416 ? try make(response) : nil
        case nil: return nil
        }
    }

    /// Keeps a reader that was opened to learn of an object, for who opens it next.
    func keep(_ reader: RemoteReader) {
        if hasRoom(reader.path) { insert(reader.path, .open(reader)) }
    }
}
