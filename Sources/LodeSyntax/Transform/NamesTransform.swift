/// names.gram -> AST.
import LodeCore

extension Transform {
    /// A name: a token, whatever it is besides.
    func identifier(_ edge: Edge) throws(SQLError) -> Identifier {
        guard edge.isToken else { throw mismatch(edge) }
        let span = span(edge)
        guard tokens.kinds[edge.index] == Terminal.quoted else {
            return Identifier(foldedText(edge.index), span: span)
        }
        if text[span.start] | 32 == UInt8(ascii: "u") {
            return Identifier(try UnicodeLiteral.decode(text[span.start..<span.end], at: span), isQuoted: true, span: span)
        }
        let inner = text[(span.start + 1)..<(span.end - 1)]
        guard inner.contains(UInt8(ascii: "\"")) else {
            return Identifier(String(decoding: inner, as: UTF8.self), isQuoted: true, span: span)
        }
        var bytes: [UInt8] = []
        var index = inner.startIndex
        while index < inner.endIndex {
            bytes.append(inner[index])
            index += inner[index] == UInt8(ascii: "\"") ? 2 : 1
        }
        return Identifier(String(decoding: bytes, as: UTF8.self), isQuoted: true, span: span)
    }

    /// The names among the children of a node, with dots between.
    func qualifiedName(_ edge: Edge) throws(SQLError) -> QualifiedName {
        if edge.isToken { return QualifiedName([try identifier(edge)]) }
        let parts = try identifiers(edge)
        guard !parts.isEmpty else { throw mismatch(edge) }
        return QualifiedName(parts)
    }

    /// The names among the children of a node: `(a, b)`.
    func identifiers(_ edge: Edge) throws(SQLError) -> [Identifier] {
        var list: [Identifier] = []
        for kid in kids(edge) where kid.isName { list.append(try identifier(kid)) }
        return list
    }

    /// The name of the first child of `rule`, which must be there.
    func qualifiedName(_ edge: Edge, _ rule: Rule) throws(SQLError) -> QualifiedName {
        guard let name = find(edge, rule) else { throw mismatch(edge) }
        return try qualifiedName(name)
    }

    /// The first name among the children, which must be there.
    func firstName(_ edge: Edge) throws(SQLError) -> Identifier {
        guard let name = kids(edge).first(where: \.isName) else { throw mismatch(edge) }
        return try identifier(name)
    }
}
