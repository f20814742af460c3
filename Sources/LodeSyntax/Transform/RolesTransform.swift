/// roles.gram -> AST.
import LodeCore

extension Transform {
    /// Nil if it is a statement of another kind.
    func roleStatement(_ edge: Edge) throws(SQLError) -> RoleStatement? {
        switch rule(edge) {
        case .createRole: .createRole(try createRole(edge))
        case .alterRole: .alterRole(try alterRole(edge))
        case .dropRole: .dropRole(try identifiers(edge), ifExists: find(edge, .ifExists) != nil)
        case .grant, .revoke: try access(edge)
        case .alterOwner: .alterOwner(try alterOwner(edge))
        case .createSecret: .createSecret(try createSecret(edge))
        case .dropSecret: .dropSecret(try dropSecret(edge))
        case .createAccessKey: .createAccessKey(for: try identifiers(edge).first)
        case .dropAccessKey:
            .dropAccessKey(try string(try lastKid(edge)), ifExists: find(edge, .ifExists) != nil, span(try lastKid(edge)))
        default: nil
        }
    }

    func createRole(_ edge: Edge) throws(SQLError) -> CreateRole {
        guard let name = try identifiers(edge).first else { throw mismatch(edge) }
        return CreateRole(
            name: name, isUser: has(edge, .user), ifNotExists: find(edge, .ifNotExists) != nil, options: try roleOptions(edge))
    }

    func alterRole(_ edge: Edge) throws(SQLError) -> AlterRole {
        let names = try identifiers(edge)
        guard let name = names.first else { throw mismatch(edge) }
        return AlterRole(name: name, options: try roleOptions(edge), newName: names.count > 1 ? names[1] : nil)
    }

    private func roleOptions(_ edge: Edge) throws(SQLError) -> [RoleOption] {
        var options: [RoleOption] = []
        for kid in kids(edge) {
            switch rule(kid) {
            case .rolePassword:
                let text = try kids(kid).first { isString($0) }.map { (text) throws(SQLError) in try string(text) }
                options.append(.password(text))
            case .roleValidity:
                let text = try self.kid(kid, 0)
                options.append(.validUntil(try string(text), span(text)))
            case .roleLimit:
                let count = try self.kid(kid, 0), number = try integer(try lastKid(count))
                options.append(.connectionLimit(has(count, .minus) ? -number : number))
            case .roleFlag: options.append(.flag(try identifier(try self.kid(kid, 0))))
            default: break
            }
        }
        return options
    }
}
