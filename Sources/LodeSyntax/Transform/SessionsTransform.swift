/// sessions.gram -> AST.
import LodeCore

extension Transform {
    /// Nil if it is a statement of another kind.
    func sessionStatement(_ edge: Edge) throws(SQLError) -> SessionStatement? {
        switch rule(edge) {
        case .prepare: .prepare(try prepare(edge))
        case .execute: try execute(edge)
        case .deallocate: .deallocate(try identifiers(edge).first)
        case .declare: .declareCursor(try declareCursor(edge))
        case .fetchCursor, .moveCursor: .fetch(try fetchCursor(edge))
        case .closeCursor: .closeCursor(try identifiers(edge).first)
        case .discard: .discard(discard(edge))
        case .listen: .listen(try identifier(try kid(edge, 0)))
        case .unlisten: .unlisten(try identifiers(edge).first)
        case .notify: try notify(edge)
        default: nil
        }
    }

    private func prepare(_ edge: Edge) throws(SQLError) -> Prepare {
        let inner = try lastKid(edge)
        var types: [TypeName] = []
        if let list = find(edge, .prepareTypes) { types = try each(kids(list)) { (kid) throws(SQLError) in try type(kid) } }
        let statement = try nested(at: inner) { () throws(SQLError) in try self.statement(inner) }
        return Prepare(
            name: try identifier(try kid(edge, 0)), types: types, statement: statement, span: span(inner), parameterCount: parameterCount)
    }

    private func execute(_ edge: Edge) throws(SQLError) -> SessionStatement {
        var values: [Expression] = []
        if let list = find(edge, .executeValues) {
            values = try each(kids(list)) { (kid) throws(SQLError) in try expression(kid) }
        }
        return .execute(try identifier(try kid(edge, 0)), values)
    }

    private func declareCursor(_ edge: Edge) throws(SQLError) -> DeclareCursor {
        let options = kids(edge).filter { rule($0) == .cursorOption }, query = try lastKid(edge)
        return DeclareCursor(
            name: try identifier(try kid(edge, 0)), isBinary: options.contains { has($0, .binary) },
            scrolls: options.last { has($0, .scroll) }.map { !has($0, .no) },
            holds: find(edge, .cursorHold).map { has($0, .with) } ?? false, query: try self.query(query), span: span(query))
    }

    private func fetchCursor(_ edge: Edge) throws(SQLError) -> FetchCursor {
        let step = try kid(edge, 0)
        let direction = try find(step, .fetchDirection).map { (part) throws(SQLError) in try fetchDirection(part) }
        return FetchCursor(
            cursor: try identifier(try lastKid(step)), direction: direction ?? .forward(1), isMove: rule(edge) == .moveCursor)
    }

    private func fetchDirection(_ edge: Edge) throws(SQLError) -> FetchCursor.Direction {
        let count = try find(edge, .rowCount).map { (part) throws(SQLError) in
            let number = try integer(try lastKid(part))
            return has(part, .minus) ? -number : number
        }
        if has(edge, .absolute) { return .absolute(count ?? 0) }
        if has(edge, .relative) { return .relative(count ?? 0) }
        if has(edge, .first) { return .absolute(1) }
        if has(edge, .last) { return .absolute(-1) }
        if has(edge, .prior) { return .forward(-1) }
        if has(edge, .backward) { return has(edge, .all) ? .backwardAll : .forward(-(count ?? 1)) }
        return has(edge, .all) ? .forward(nil) : .forward(count ?? 1)
    }

    private func discard(_ edge: Edge) -> Discard {
        if has(edge, .all) { return .all }
        if has(edge, .plans) { return .plans }
        return has(edge, .sequences) ? .sequences : .temporary
    }

    private func notify(_ edge: Edge) throws(SQLError) -> SessionStatement {
        let payload = try find(edge, .notifyPayload).map { (part) throws(SQLError) in try string(try kid(part, 0)) }
        return .notify(try identifier(try kid(edge, 0)), payload: payload)
    }
}
