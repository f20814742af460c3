/// AST -> SQL text: for stored views, for EXPLAIN, and for `pg_get_viewdef`.
import LodeCore

/// Prints on one line, with the fewest parentheses that keep the meaning. What it prints parses to the same AST.
package struct Printer {
    var text = ""

    package static func sql(_ statement: Statement) -> String {
        var printer = Printer()
        printer.statement(statement)
        return printer.text
    }

    package static func sql(_ query: Query) -> String {
        var printer = Printer()
        printer.query(query)
        return printer.text
    }

    package static func sql(_ expression: Expression) -> String {
        var printer = Printer()
        printer.expression(expression)
        return printer.text
    }

    package static func sql(_ type: TypeName) -> String {
        var printer = Printer()
        printer.type(type)
        return printer.text
    }

    package static func sql(_ table: TableReference) -> String {
        var printer = Printer()
        printer.table(table)
        return printer.text
    }

    // MARK: Pieces

    mutating func write(_ piece: String) { text += piece }

    /// Writes `elements` with a comma between.
    mutating func list<T>(_ elements: some Sequence<T>, _ separator: String = ", ", _ body: (inout Printer, T) -> Void) {
        var isFirst = true
        for element in elements {
            if !isFirst { text += separator }
            isFirst = false
            body(&self, element)
        }
    }

    mutating func name(_ identifier: Identifier) {
        let bare = NameQuoting.needsQuotes(identifier.text)
        text += bare ? NameQuoting.quoted(identifier.text) : identifier.text
    }

    mutating func name(_ name: QualifiedName) { list(name.parts, ".") { $0.name($1) } }

    mutating func names(_ identifiers: [Identifier]) {
        text += "("
        list(identifiers) { $0.name($1) }
        text += ")"
    }

    mutating func string(_ value: String) { text += SQLText(value).literal }

    // MARK: Types

    mutating func type(_ type: TypeName) {
        switch type.kind {
        case .named(let name, let arguments): namedType(name, arguments)
        case .list(let element, let size):
            if size == nil, isSuffixed(element) {
                self.type(element)
                write("[]")
            } else if let size {
                self.type(element)
                write("[\(size)]")
            } else {
                write("array<")
                self.type(element)
                write(">")
            }
        case .map(let key, let value):
            write("map<")
            self.type(key)
            write(", ")
            self.type(value)
            write(">")
        case .structure(let fields):
            // ROW and STRUCT are one: fields without names are only written in the first.
            write("struct<")
            list(fields) { printer, field in
                if let name = field.name {
                    printer.name(name)
                    printer.write(": ")
                }
                printer.type(field.type)
                if let comment = field.comment { printer.write(" COMMENT \(SQLText(comment).literal)") }
            }
            write(">")
        }
    }

    /// Whether `[]` may follow.
    private func isSuffixed(_ type: TypeName) -> Bool { if case .named = type.kind { true } else { false } }

    private mutating func namedType(_ name: QualifiedName, _ arguments: [TypeArgument]) {
        let spelling = name.parts.count == 1 ? name.last.text : ""
        if let zone = spelling.range(ofBlank: " with") {
            write(String(spelling[..<zone]))
            typeArguments(arguments)
            write(String(spelling[zone...]))
            return
        }
        if Printer.typeWords.contains(spelling) || spelling.hasPrefix("interval ") { write(spelling) } else { self.name(name) }
        typeArguments(arguments)
    }

    /// Types whose names are keywords.
    private static let typeWords: Set<String> = [
        "bigint", "bit", "bit varying", "boolean", "char", "dec", "decimal", "float", "int", "integer", "interval", "numeric",
        "real", "smallint", "time", "timestamp", "varchar",
    ]

    private mutating func typeArguments(_ arguments: [TypeArgument]) {
        guard !arguments.isEmpty else { return }
        write("(")
        list(arguments) { printer, argument in
            switch argument {
            case .number(let number): printer.write(String(number))
            case .string(let string): printer.string(string)
            case .type(let type): printer.type(type)
            }
        }
        write(")")
    }
}

extension String {
    /// Where `word` begins, or nil.
    fileprivate func range(ofBlank word: String) -> String.Index? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(word) { return index }
            index = self.index(after: index)
        }
        return nil
    }
}
