/// What a statement has found out about remote objects before it reads them.

import LodeCloud
import LodeCore

/// Openings that were asked for before they are wanted, and what listings have told. It is true for one statement: the next one asks again.
final class StatementOpenings: Sendable {
    private enum Opening {
        case asked(CloudCall)
        case open(RemoteReader)
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
        state.withLock { state in
            state.openings[path] = nil
            state.listed[path] = nil
            state.listings = [:]
        }
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
        guard state.withLock({ $0.openings[path] == nil && $0.openings.count < Self.mostOpenings }), let call = begin() else {
            return whenArrived(path, arrived)
        }
        state.withLock { state in
            if state.openings[path] == nil { state.openings[path] = .asked(call) }
        }
        whenArrived(path, arrived)
    }

    /// The same for an object whose reader needs no answer.
    func start(_ path: String, _ arrived: @escaping @Sendable () -> Void, part: Range<Int>, _ reader: () -> RemoteReader?) {
        guard state.withLock({ $0.openings[path] == nil && $0.openings.count < Self.mostOpenings }), let reader = reader() else {
            return whenArrived(path, arrived)
        }
        state.withLock { state in
            if state.openings[path] == nil { state.openings[path] = .open(reader) }
        }
        reader.willNeed([part], arrived)
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
        state.withLock { state in
            if state.openings.count < Self.mostOpenings { state.openings[reader.path] = .open(reader) }
        }
    }
}
