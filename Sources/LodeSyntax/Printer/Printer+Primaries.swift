/// Literals, calls, CASE and the other expressions that need no parentheses.
import LodeCore

extension Printer {
    mutating func primary(_ expression: Expression) {
        switch expression.kind {
        case .literal(let literal): self.literal(literal)
        case .interval(let interval): self.interval(interval)
        case .parameter(.position(let number)): write("$\(number)")
        case .parameter(.name(let name)): write(NameQuoting.needsQuotes(name) ? ":\(SQLText(name).literal)" : ":\(name)")
        case .defaultValue: write("DEFAULT")
        case .name(let name): self.name(name)
        case .star(let star): self.star(star)
        case .columns(let inner): wrapped("COLUMNS", [inner])
        case .caseWhen(let value): caseWhen(value)
        case .cast(let value, let type, let isTry): cast(value, type, isTry: isTry)
        case .extract, .position, .substring, .trim, .overlay: wordy(expression)
        case .call(let call): self.call(call)
        case .grouping(let items): wrapped("GROUPING", items)
        case .lambda(let parameters, let body): lambda(parameters, body)
        case .row(let items): wrapped("ROW", items)
        case .array(let items):
            write("ARRAY[")
            expressions(items)
            write("]")
        case .arrayQuery(let query): subquery("ARRAY", query)
        case .exists(let query): subquery("EXISTS ", query)
        case .subquery(let query): subquery("", query)
        case .structure(let entries): structure(entries)
        case .map(let entries): map(entries)
        default: break
        }
    }

    private mutating func wrapped(_ word: String, _ items: [Expression]) {
        write("\(word)(")
        expressions(items)
        write(")")
    }

    mutating func subquery(_ word: String, _ query: Query) {
        write("\(word)(")
        self.query(query)
        write(")")
    }

    private mutating func literal(_ literal: Literal) {
        switch literal {
        case .null: write("NULL")
        case .boolean(let value): write(value ? "TRUE" : "FALSE")
        case .number(let digits):
            if digits.hasPrefix("-"), text.hasSuffix("-") { write(" ") }
            write(digits)
        case .string(let value): string(value)
        case .blob(let bytes):
            write("X'" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'")
        case .typed(let type, let value):
            self.type(type)
            write(" ")
            string(value)
        }
    }

    private mutating func interval(_ interval: IntervalLiteral) {
        write("INTERVAL ")
        if interval.isNegative { write("-") }
        switch interval.value.kind {
        case .literal(.string), .literal(.number), .parameter(.position): expression(interval.value)
        default:
            write("(")
            expression(interval.value)
            write(")")
        }
        if let unit = interval.unit { write(" \(unit.uppercased())") }
        if let digits = interval.leadingPrecision { write("(\(digits))") }
        if let unit = interval.toUnit { write(" TO \(unit.uppercased())") }
        if let digits = interval.precision { write("(\(digits))") }
    }

    private mutating func cast(_ value: Expression, _ type: TypeName, isTry: Bool) {
        write(isTry ? "TRY_CAST(" : "CAST(")
        expression(value)
        write(" AS ")
        self.type(type)
        write(")")
    }

    private mutating func lambda(_ parameters: [Identifier], _ body: Expression) {
        if parameters.count == 1 { name(parameters[0]) } else { names(parameters) }
        write(" -> ")
        expression(body)
    }

    private mutating func caseWhen(_ value: Case) {
        write("CASE")
        if let operand = value.operand {
            write(" ")
            expression(operand)
        }
        for branch in value.branches {
            write(" WHEN ")
            expression(branch.when)
            write(" THEN ")
            expression(branch.then)
        }
        if let otherwise = value.otherwise {
            write(" ELSE ")
            expression(otherwise)
        }
        write(" END")
    }

    /// Functions with words between their arguments.
    private mutating func wordy(_ expression: Expression) {
        func part(_ word: String, _ value: Expression?) {
            guard let value else { return }
            write(" \(word) ")
            self.expression(value)
        }
        switch expression.kind {
        case .extract(let field, let value):
            write("EXTRACT(")
            if field.text.isEmpty { string("") } else { name(field) }
            part("FROM", value)
        case .position(let needle, let value):
            write("POSITION(")
            // IN would be read as the operator.
            self.expression(needle, atLeast: .other)
            part("IN", value)
        case .substring(let value, let from, let count):
            write("SUBSTRING(")
            self.expression(value)
            part("FROM", from)
            part("FOR", count)
        case .trim(let side, let characters, let value):
            write("TRIM(\(side.rawValue)")
            if let characters { write(" ") ; self.expression(characters) }
            part("FROM", value)
        case .overlay(let value, let placing, let from, let count):
            write("OVERLAY(")
            self.expression(value)
            part("PLACING", placing)
            part("FROM", from)
            part("FOR", count)
        default: return
        }
        write(")")
    }

    private mutating func structure(_ entries: [StructEntry]) {
        write("{")
        list(entries) { printer, entry in
            printer.string(entry.name.text)
            printer.write(": ")
            printer.expression(entry.value)
        }
        write("}")
    }

    private mutating func map(_ entries: [MapEntry]) {
        write("MAP {")
        list(entries) { printer, entry in
            printer.expression(entry.key)
            printer.write(": ")
            printer.expression(entry.value)
        }
        write("}")
    }

    mutating func star(_ star: Star) {
        if let qualifier = star.qualifier {
            name(qualifier)
            write(".")
        }
        write("*")
        if !star.exclude.isEmpty {
            write(" EXCLUDE (")
            list(star.exclude) { $0.name($1) }
            write(")")
        }
        if !star.replace.isEmpty {
            write(" REPLACE (")
            list(star.replace) { printer, item in
                printer.expression(item.expression)
                printer.write(" AS ")
                printer.name(item.column)
            }
            write(")")
        }
        if !star.rename.isEmpty {
            write(" RENAME (")
            list(star.rename) { printer, item in
                printer.name(item.column)
                printer.write(" AS ")
                printer.name(item.newName)
            }
            write(")")
        }
    }

    // MARK: Calls and windows

    mutating func call(_ call: FunctionCall) {
        if call.isBareWord { return write(call.name.last.text.uppercased()) }
        functionName(call.name)
        write("(")
        if call.isDistinct { write("DISTINCT ") }
        list(call.arguments) { printer, argument in
            if let name = argument.name {
                printer.name(name)
                printer.write(" => ")
            }
            printer.expression(argument.value)
        }
        if !call.orderBy.isEmpty {
            write(" ORDER BY ")
            orderItems(call.orderBy)
        }
        write(")")
        if !call.withinGroup.isEmpty {
            write(" WITHIN GROUP (ORDER BY ")
            orderItems(call.withinGroup)
            write(")")
        }
        if let filter = call.filter {
            write(" FILTER (WHERE ")
            expression(filter)
            write(")")
        }
        // Not inside the parentheses, where a call without arguments could take it for its own.
        if let nulls = call.nulls { write(" \(nulls.rawValue)") }
        switch call.over {
        case .name(let name):
            write(" OVER ")
            self.name(name)
        case .specification(let window):
            write(" OVER ")
            self.window(window)
        case nil: break
        }
    }

    /// Function names may be words that need quotes elsewhere: `left`, `coalesce`.
    private mutating func functionName(_ name: QualifiedName) {
        guard name.parts.count == 1, NameQuoting.isFunctionWord(name.last.text) else { return self.name(name) }
        write(name.last.text)
    }

    mutating func orderItems(_ items: [OrderItem]) {
        list(items) { printer, item in
            printer.expression(item.expression)
            if item.isDescending { printer.write(" DESC") }
            printer.nulls(item.nullsFirst)
        }
    }

    mutating func nulls(_ first: Bool?) {
        if let first { write(first ? " NULLS FIRST" : " NULLS LAST") }
    }

    mutating func window(_ window: WindowSpecification) {
        var parts: [(inout Printer) -> Void] = []
        if let base = window.base { parts.append { $0.name(base) } }
        if !window.partitionBy.isEmpty {
            parts.append { printer in
                printer.write("PARTITION BY ")
                printer.expressions(window.partitionBy)
            }
        }
        if !window.orderBy.isEmpty {
            parts.append { printer in
                printer.write("ORDER BY ")
                printer.orderItems(window.orderBy)
            }
        }
        if let frame = window.frame { parts.append { $0.frame(frame) } }
        write("(")
        list(parts, " ") { $1(&$0) }
        write(")")
    }

    private mutating func frame(_ frame: WindowFrame) {
        write("\(frame.unit.rawValue) ")
        if let end = frame.end {
            write("BETWEEN ")
            bound(frame.start)
            write(" AND ")
            bound(end)
        } else {
            bound(frame.start)
        }
        if let exclusion = frame.exclusion { write(" EXCLUDE \(exclusion.rawValue)") }
    }

    private mutating func bound(_ bound: WindowFrame.Bound) {
        switch bound {
        case .unboundedPreceding: write("UNBOUNDED PRECEDING")
        case .unboundedFollowing: write("UNBOUNDED FOLLOWING")
        case .currentRow: write("CURRENT ROW")
        case .preceding(let value):
            expression(value)
            write(" PRECEDING")
        case .following(let value):
            expression(value)
            write(" FOLLOWING")
        }
    }
}
