// The argument types that a signature admits, enumerated.

import Glibc
import LodeCore

@testable import LodeFunctions

enum CallTypes {
    /// Lists of argument types that fit a signature; nil if it takes a lambda, which only the binder makes.
    /// - Parameter allPairs: whether every second type is tried beside every first one. For scalars that takes minutes
    ///   (`LODE_EVERY=full`).
    static func lists(_ signature: Signature, allPairs: Bool = getenv("LODE_EVERY") != nil) -> [[SQLType]]? {
        let parameters = signature.parameters
        if parameters.contains(where: { if case .lambda = $0 { true } else { false } }) { return nil }
        var result: [[SQLType]] = []
        let most = signature.variadic == nil ? parameters.count : max(parameters.count, 1) + 2
        for count in max(0, parameters.count - signature.optional)...most {
            let needed = (0..<count).map { $0 < parameters.count ? parameters[$0] : signature.variadic ?? .any }
            result += combinations(needed, allPairs)
        }
        return result
    }

    /// The second type beside a first one.
    private static func companions(_ first: SQLType, _ allPairs: Bool) -> [SQLType] {
        allPairs
            ? SampleValues.types
            : [first, .null, .bigint, .double, .decimal(precision: 38, scale: 0), .varchar, .date, .interval, .list(.integer)]
    }

    /// Open parameters are all of one type, or the first of one and the others of another; letters agree.
    private static func combinations(_ parameters: [ParameterType], _ allPairs: Bool) -> [[SQLType]] {
        let open = parameters.filter { if case .exact = $0 { false } else { true } }.count
        if open == 0 { return [parameters.map { fixed($0, .null, .null, isFirst: true) }] }
        var result: [[SQLType]] = []
        for first in SampleValues.types {
            for second in open > 1 ? companions(first, allPairs) : [first] {
                var isFirst = true
                let types = parameters.map { parameter in
                    let type = fixed(parameter, first, second, isFirst: isFirst)
                    if case .exact = parameter {} else { isFirst = false }
                    return type
                }
                if fits(parameters, types), !result.contains(types) { result.append(types) }
            }
        }
        return result
    }

    private static func fixed(_ parameter: ParameterType, _ first: SQLType, _ second: SQLType, isFirst: Bool) -> SQLType {
        switch parameter {
        case .exact(let type): type
        case .list: .list(isFirst ? first : second)
        case .map: .map(key: first == .null ? .varchar : first, value: second)
        case .same: first
        default: isFirst ? first : second
        }
    }

    private static func fits(_ parameters: [ParameterType], _ types: [SQLType]) -> Bool {
        zip(parameters, types).allSatisfy { parameter, type in
            switch parameter {
            case .anyNested: type.isNested
            case .anyDecimal: type.isDecimal
            default: true
            }
        }
    }
}

/// Tells which call is made, so that one that ends the process can be found: `LODE_EVERY_LOG=1 swift test --filter Every`.
enum CallLog {
    private static let isOn = getenv("LODE_EVERY_LOG") != nil

    static func note(_ call: String) {
        guard isOn else { return }
        let line = Array((call + "\n").utf8)
        _ = write(2, line, line.count)
    }
}
