/// EXTRACT, POSITION, SUBSTRING, TRIM, OVERLAY, AT TIME ZONE, COLLATE and GROUPING: calls in words.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    func bindSpelledCall(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        let span = expression.span
        switch expression.kind {
        case .extract(let field, let source):
            let value = try bind(source, scope)
            // Whole numbers come as such; fields with fractions as doubles.
            if SpelledFunctions.wholeFields.contains(field.text), !value.isUntyped, FunctionRegistry.scalars[field.text] != nil {
                return try call(field.text, [value], at: span)
            }
            let name = BoundExpression.constant(.text(field.text), .varchar)
            return try callNested(SpelledFunctions.extract, "EXTRACT", [name, value], at: span)
        case .position(let needle, let text):
            let arguments = [try bindSettled(text, scope), try bindSettled(needle, scope)]
            return try callNested(SpelledFunctions.position, "POSITION", arguments, at: span)
        case .substring(let text, let from, let count):
            var arguments = [try bindSettled(text, scope)]
            arguments.append(try from.map { (e) throws(SQLError) in try bind(e, scope) } ?? NumberLiteral.integer(1))
            if let count { arguments.append(try bind(count, scope)) }
            return try callNested(SpelledFunctions.substring, "SUBSTRING", arguments, at: span)
        case .trim(let side, let characters, let text):
            var arguments = [try bindSettled(text, scope)]
            if let characters { arguments.append(try bindSettled(characters, scope)) }
            return try callNested(side.functions, "TRIM", arguments, at: span)
        case .overlay(let text, let replacement, let from, let count):
            var arguments = [try bindSettled(text, scope), try bindSettled(replacement, scope), try bind(from, scope)]
            if let count { arguments.append(try bind(count, scope)) }
            return try callNested(SpelledFunctions.overlay, "OVERLAY", arguments, at: span)
        case .atTimeZone(let value, let zone):
            guard let zone else { throw .unsupported("AT LOCAL", at: span, hint: "Name the zone: AT TIME ZONE 'Europe/Berlin'.") }
            let instant = try bind(value, scope)
            let typed = instant.isUntyped ? try convert(instant, to: .timestamptz, at: value.span) : instant
            return try callNested(SpelledFunctions.zone, "AT TIME ZONE", [try bindSettled(zone, scope), typed], at: span)
        case .collate(let value, let name):
            guard ["c", "posix", "default", "ucs_basic", "binary", "c.utf8"].contains(name.last.text.lowercased()) else {
                throw .unsupported(
                    "collation \"\(name.text)\"", at: name.span, hint: "Texts are compared by their bytes, as collation \"C\" does.")
            }
            return try bind(value, scope)
        case .grouping(let arguments): return try bindGrouping(arguments, span, scope)
        default: throw .internalFault("not a call in words", at: span)
        }
    }
}

extension TrimSide {
    fileprivate var functions: [String] {
        switch self {
        case .both: SpelledFunctions.trimBoth
        case .leading: SpelledFunctions.trimLeading
        case .trailing: SpelledFunctions.trimTrailing
        }
    }
}
