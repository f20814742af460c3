/// CREATE SECRET and DROP SECRET of roles.gram -> AST.
import LodeCore

extension Transform {
    func createSecret(_ edge: Edge) throws(SQLError) -> CreateSecret {
        CreateSecret(
            name: try identifiers(edge).first, orReplace: find(edge, .orReplace) != nil, ifNotExists: find(edge, .ifNotExists) != nil,
            isPersistent: has(edge, .persistent), storage: try secretStorage(edge), options: try secretOptions(edge))
    }

    private func secretOptions(_ edge: Edge) throws(SQLError) -> [SecretOption] {
        var options: [SecretOption] = []
        for option in kids(edge) where rule(option) == .secretOption {
            let key = try kid(option, 0)
            var values: [String] = []
            for value in kids(option).dropFirst() {
                if isString(value) {
                    values.append(try string(value))
                } else if kind(value) == Terminal.number {
                    values.append(number(value.index))
                } else if value.isName {
                    values.append(try identifier(value).text)
                } else if word(value) == .true || word(value) == .false {
                    values.append(word(value).rawValue)
                }
            }
            options.append(SecretOption(key: try identifier(key), values: values))
        }
        return options
    }

    func dropSecret(_ edge: Edge) throws(SQLError) -> DropSecret {
        guard let name = try identifiers(edge).first else { throw mismatch(edge) }
        return DropSecret(
            name: name, ifExists: find(edge, .ifExists) != nil, isPersistent: has(edge, .persistent), storage: try secretStorage(edge))
    }

    private func secretStorage(_ edge: Edge) throws(SQLError) -> Identifier? {
        try find(edge, .secretStorage).map { (storage) throws(SQLError) in try identifier(try kid(storage, 0)) }
    }
}
