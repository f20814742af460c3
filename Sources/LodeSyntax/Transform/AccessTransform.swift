/// roles.gram -> AST: GRANT, REVOKE and owners.
import LodeCore

extension Transform {
    func access(_ edge: Edge) throws(SQLError) -> RoleStatement {
        let inner = try kid(edge, 0), isGrant = rule(edge) == .grant
        let roles = try each(kids(inner).filter { rule($0) == .roleName }) { (kid) throws(SQLError) in try roleName(kid) }
        let grantor = try content(inner, .grantedBy).map { (kid) throws(SQLError) in try roleName(kid) }
        let option = has(inner, .with) || has(inner, .grantWord) || has(inner, .admin)
        guard rule(inner) == .grantPrivileges || rule(inner) == .revokePrivileges else {
            return .membership(
                MembershipStatement(
                    isGrant: isGrant, roles: try identifiers(inner), members: roles, adminOption: option, grantor: grantor,
                    isCascade: has(inner, .cascade)))
        }
        guard let list = find(inner, .privileges) else { throw mismatch(edge) }
        return .access(
            AccessStatement(
                isGrant: isGrant, privileges: try privileges(list), target: try accessTarget(inner), roles: roles, grantOption: option,
                grantor: grantor, isCascade: has(inner, .cascade)))
    }

    private func privileges(_ edge: Edge) throws(SQLError) -> [Identifier]? {
        let listed = has(edge, .all) ? [edge] : kids(edge).filter { rule($0) == .privilege }
        for one in listed {
            if let columns = find(one, .columns) { throw .unsupported("a privilege for single columns", at: span(columns)) }
        }
        if has(edge, .all) { return nil }
        return try each(listed) { (one) throws(SQLError) in try identifier(try kid(one, 0)) }
    }

    private func accessTarget(_ edge: Edge) throws(SQLError) -> AccessStatement.Target {
        func names(_ edge: Edge, _ kind: Rule) throws(SQLError) -> [QualifiedName] {
            try each(kids(edge).filter { rule($0) == kind }) { (kid) throws(SQLError) in try qualifiedName(kid) }
        }
        if let all = find(edge, .allTables) { return .allTables(try names(all, .schemaName)) }
        if let schemas = find(edge, .schemaTarget) { return .schemas(try names(schemas, .schemaName)) }
        if let other = find(edge, .otherTarget) {
            let kind = kids(other).prefix { $0.isToken && !$0.isName && !isValue($0) }.map(written).joined(separator: " ")
            throw .unsupported("a privilege on \(kind)", at: span(other), hint: "Privileges are kept on tables, views and schemas.")
        }
        guard let tables = find(edge, .tableTarget) else { throw mismatch(edge) }
        return .tables(try names(tables, .tableName))
    }

    private func roleName(_ edge: Edge) throws(SQLError) -> RoleName {
        let last = try lastKid(edge)
        switch word(last) {
        case .currentUser, .currentRole: return .currentUser(span(last))
        case .sessionUser: return .sessionUser(span(last))
        default: return .named(try identifier(last))
        }
    }

    func alterOwner(_ edge: Edge) throws(SQLError) -> AlterOwner {
        AlterOwner(
            kind: has(edge, .schema) ? .schema : has(edge, .view) ? .view : .table, name: try qualifiedName(edge, .anyName),
            owner: try roleName(try lastKid(edge)))
    }

    /// `SET ROLE name` sets a setting.
    func roleSetting(_ edge: Edge) throws(SQLError) -> [Expression] {
        let value = try kid(edge, 0)
        if word(value) == .none { return [.text("none", at: span(value))] }
        return [.text(isString(value) ? try string(value) : try identifier(value).text, at: span(value))]
    }
}
