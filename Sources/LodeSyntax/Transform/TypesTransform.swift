/// types.gram -> AST.
import LodeCore

extension Transform {
    @inline(never)
    func type(_ edge: Edge) throws(SQLError) -> TypeName {
        try nested(at: edge) { () throws(SQLError) in
            guard rule(edge) == .type else { return TypeName(try typeKind(edge), span: span(edge)) }
            var type = try type(try kid(edge, 0))
            let suffixes = kids(edge).dropFirst()
            guard suffixes.count + depth <= Machine.depthLimit else { throw Parser.tooDeep(at: span(edge)) }
            for suffix in suffixes {
                let size = kids(suffix).first { kind($0) == Terminal.number }
                type = TypeName(
                    .list(type, size: try size.map { (number) throws(SQLError) in try integer(number) }),
                    span: type.span.union(span(suffix)))
            }
            return type
        }
    }

    @inline(never)
    private func typeKind(_ edge: Edge) throws(SQLError) -> TypeName.Kind {
        switch rule(edge) {
        case .doubleType: return builtin("double", edge, [])
        case .characterType:
            let isVarying = has(edge, .varying)
            let name = has(edge, .bit) ? "bit" : "char"
            return builtin(isVarying ? (name == "bit" ? "bit varying" : "varchar") : name, edge, try typeArguments(edge))
        case .timeType: return builtin(timeName(edge), edge, try typeArguments(edge))
        case .intervalType: return builtin(try intervalName(edge), edge, try intervalDigits(edge))
        case .arrayType: return .list(try type(try lastKid(edge)), size: nil)
        case .mapType:
            let parts = kids(edge).filter { !$0.isToken }
            guard parts.count == 2 else { throw mismatch(edge) }
            return .map(key: try type(parts[0]), value: try type(parts[1]))
        case .structType:
            return .structure(
                try each(kids(edge).filter { rule($0) == .structMember }) { (member) throws(SQLError) in
                    try structField(member)
                })
        case .simpleType: return try simpleType(edge)
        default: throw mismatch(edge)
        }
    }

    /// A built-in type whose name is several words, in the one spelling that the printer and the binder use.
    private func builtin(_ name: String, _ edge: Edge, _ arguments: [TypeArgument]) -> TypeName.Kind {
        .named(QualifiedName([Identifier(name, span: span(edge))]), arguments)
    }

    /// `interval`, with the fields that are named: `interval day to second`.
    private func intervalName(_ edge: Edge) throws(SQLError) -> String {
        var fields: [String] = []
        for kid in kids(edge) where rule(kid) == .intervalUnit { fields.append(try intervalUnit(kid)) }
        return fields.isEmpty ? "interval" : "interval " + fields.joined(separator: " to ")
    }

    private func intervalDigits(_ edge: Edge) throws(SQLError) -> [TypeArgument] {
        let (leading, last) = try intervalPrecisions(edge)
        if leading != nil { throw .unsupported("a precision of the first field of an interval type", at: span(edge)) }
        if let last { return [.number(last)] }
        return try typeArguments(edge)
    }

    private func timeName(_ edge: Edge) -> String {
        let name = has(edge, .time) && !has(edge, .timestamp) ? "time" : "timestamp"
        if has(edge, .with) { return has(edge, .local) ? "\(name) with local time zone" : "\(name) with time zone" }
        return name
    }

    @inline(never)
    private func typeArguments(_ edge: Edge) throws(SQLError) -> [TypeArgument] {
        guard let list = find(edge, .typeArguments) else { return [] }
        return try each(kids(list)) { (argument) throws(SQLError) in
            if kind(argument) == Terminal.number { return .number(try integer(argument)) }
            if isString(argument) { return .string(try string(argument)) }
            return .type(try type(argument))
        }
    }

    @inline(never)
    private func structField(_ edge: Edge) throws(SQLError) -> TypeName.StructField {
        guard let typeEdge = kids(edge).first(where: { !$0.isToken }) else { throw mismatch(edge) }
        let last = try lastKid(edge)
        return TypeName.StructField(
            name: try kids(edge).first(where: \.isName).map { (name) throws(SQLError) in try identifier(name) },
            type: try type(typeEdge), comment: isString(last) ? try string(last) : nil)
    }

    @inline(never)
    private func simpleType(_ edge: Edge) throws(SQLError) -> TypeName.Kind {
        var parts: [Identifier] = []
        var nestedTypes: [TypeArgument] = []
        for kid in kids(edge) {
            if kid.isToken {
                parts.append(try identifier(kid))
            } else if rule(kid) != .typeArguments {
                nestedTypes.append(.type(try type(kid)))
            }
        }
        guard let name = parts.first else { throw mismatch(edge) }
        let arguments = nestedTypes.isEmpty ? try typeArguments(edge) : nestedTypes
        if parts.count == 1, name.text == "list", arguments.count == 1, case .type(let element) = arguments[0] {
            return .list(element, size: nil)
        }
        return .named(QualifiedName(parts), arguments)
    }
}
