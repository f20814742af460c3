/// How well arguments fit the parameters of one overload.

import LodeCore
import LodeFunctions
import LodePlan

/// An overload that the arguments fit, with the types to bind it for.
struct SignatureMatch {
    /// The types of the arguments as the overload takes them; `null` for what is untyped and stays so, and for lambdas.
    var types: [SQLType] = []
    /// Smaller is nearer: exact matches cost nothing, implicit casts their distance.
    var cost = 0

    private static let exactCost = 0, keptCost = 1, anyCost = 2, castCost = 10

    /// Fits arguments to a signature; nil if they don't.
    init?(_ signature: Signature, _ arguments: [CallArgument]) {
        guard signature.accepts(count: arguments.count) else { return nil }
        var letters: [Character: [BoundExpression]] = [:]
        for (index, argument) in arguments.enumerated() {
            guard let parameter = Self.parameter(signature, index) else { return nil }
            guard Self.collect(argument, parameter, &letters) else { return nil }
        }
        var common: [Character: SQLType] = [:]
        for (letter, members) in letters {
            guard let type = Binder.commonType(of: members) else { return nil }
            common[letter] = type
        }
        for (index, argument) in arguments.enumerated() {
            guard let parameter = Self.parameter(signature, index), let (type, cost) = Self.fit(argument, parameter, common) else {
                return nil
            }
            types.append(type)
            self.cost += cost
        }
    }

    static func parameter(_ signature: Signature, _ index: Int) -> ParameterType? {
        index < signature.parameters.count ? signature.parameters[index] : signature.variadic
    }

    /// Puts the argument with those that share its letter.
    private static func collect(
        _ argument: CallArgument, _ parameter: ParameterType, _ letters: inout [Character: [BoundExpression]]
    ) -> Bool {
        guard case .value(let expression) = argument else {
            if case .lambda(let wanted) = parameter, case .lambda(let given) = argument { return wanted == given }
            return false
        }
        switch parameter {
        case .same(let letter): letters[letter, default: []].append(expression)
        case .list(let letter):
            if case .list(let element) = expression.type.base {
                letters[letter, default: []].append(placeholder(element))
            } else if !expression.isUntyped {
                return false
            } else {
                letters[letter, default: []].append(.constant(.null, .null))
            }
        case .map(let keyLetter, let valueLetter):
            if case .map(let key, let value) = expression.type {
                letters[keyLetter, default: []].append(placeholder(key))
                letters[valueLetter, default: []].append(placeholder(value))
            } else if !expression.isUntyped {
                return false
            }
        case .lambda: return false
        default: break
        }
        return true
    }

    private static func placeholder(_ type: SQLType) -> BoundExpression { .column(ColumnID(-1), type) }

    private static func fit(
        _ argument: CallArgument, _ parameter: ParameterType, _ common: [Character: SQLType]
    ) -> (SQLType, Int)? {
        guard case .value(let expression) = argument else { return (.null, 0) }
        let type = expression.type
        switch parameter {
        case .exact(let wanted): return exact(expression, wanted)
        case .any: return (expression.isUntypedLiteral ? .varchar : expression.isUntyped ? type : type.settled, anyCost)
        case .anyDecimal:
            if expression.isUntyped { return (.decimal(precision: 38, scale: 9), castCost * 2) }
            guard type.isDecimal || type.isInteger, let decimal = expression.decimalType else { return nil }
            return (decimal, type.isDecimal ? keptCost : castCost * 4)
        case .same(let letter):
            guard let wanted = common[letter] else { return nil }
            return (wanted, wanted == type ? keptCost : keptCost + castCost)
        case .list(let letter):
            guard let element = common[letter] else { return nil }
            return (.list(element), keptCost)
        case .map(let key, let value): return (.map(key: common[key] ?? .varchar, value: common[value] ?? .varchar), keptCost)
        case .anyNested: return type.isNested ? (type.settled, keptCost) : nil
        case .lambda: return nil
        }
    }

    private static func exact(_ expression: BoundExpression, _ wanted: SQLType) -> (SQLType, Int)? {
        if expression.type == wanted { return (wanted, exactCost) }
        if expression.untypedText != nil { return wanted.isNested ? nil : (wanted, preference(wanted)) }
        if expression.isUntyped { return (wanted, preference(wanted)) }
        if let cost = Casts.implicitCost(from: expression.type, to: wanted) { return (wanted, cost * castCost) }
        // A literal may go to a narrower type that holds it: `repeat('x', 3)` for a smallint parameter.
        if case .constant(let value, let from) = expression, LosslessConstant.convert(value, from, to: wanted) != nil {
            return (wanted, castCost * 6)
        }
        return nil
    }

    /// Which type an untyped literal likes best: text, then each family's preferred type.
    private static func preference(_ type: SQLType) -> Int {
        switch type {
        case .varchar: 1
        case .timestamp, .double, .boolean: 3
        case .timestamptz, .bigint, .date: 4
        case .integer, .decimal, .interval: 5
        default: 6
        }
    }
}
