/// Overloads for timestamps in nanoseconds, made of those for microseconds.

import LodeCore
import LodeVectors

/// What becomes of the digits behind the microseconds.
enum NanosRule: Sendable {
    /// The result is that of the microsecond in which the instant lies.
    case floored
    /// Timestamps that the function gives have the digits of the argument.
    case kept
    /// The function counts from its first timestamp to its second, or `backward` from the second to the first.
    case difference(backward: Bool, Nanoseconds.Rounding)
}

extension ScalarFunction {
    /// The function, also of timestamps in nanoseconds.
    func forNanos(_ rule: NanosRule) -> ScalarFunction {
        var copy = self
        copy.overloads += overloads.compactMap { $0.forNanos(rule) }
        return copy
    }
}

extension ScalarOverload {
    /// Nil if no parameter is a timestamp.
    func forNanos(_ rule: NanosRule) -> ScalarOverload? {
        var signature = signature
        for (index, parameter) in signature.parameters.enumerated() {
            if case .exact(let type) = parameter, let nanos = type.inNanos { signature.parameters[index] = .exact(nanos) }
        }
        if signature == self.signature { return nil }
        return ScalarOverload(signature) { [bind] types throws(SQLError) in try bind(types.map { $0.inMicros ?? $0 }).forNanos(rule) }
    }
}

extension BoundScalar {
    func forNanos(_ rule: NanosRule) -> BoundScalar {
        let places = parameters.indices.filter { parameters[$0].inNanos != nil }
        let own = parameters.map { $0.inNanos ?? $0 }, micros = kernel
        if case .kept = rule, let place = places.first, places.count == 1, let type = returns.inNanos {
            return .strict(own, type, canFail: true) { call throws(SQLError) in
                let stamps = call.lanes(place, Int64.self)
                var arguments = call.arguments
                arguments[place] = try call.micros(place) { Nanoseconds.split(stamps[$0]).micros }
                return try call.join(try micros(arguments, call.count, call.context), stamps, type)
            }
        }
        var copy = BoundScalar.strict(own, returns, canFail: canFail) { call throws(SQLError) in
            try micros(try call.inMicros(places, rule), call.count, call.context)
        }
        copy.isSafe = isSafe
        return copy
    }
}

extension StrictCall {
    /// Microseconds with the nanoseconds of `stamps` behind them.
    func join(_ whole: Column, _ stamps: ArgumentLanes<Int64>, _ type: SQLType) throws(SQLError) -> Column {
        let flat = try whole.flattened(), micros = flat.lanes(as: Int64.self)
        return try mapValid(Int64(0), to: type) { (row) throws(SQLError) in
            guard let nanos = Nanoseconds.join(micros[row], Nanoseconds.split(stamps[row]).rest) else { throw .timestampOutOfRange(type) }
            return nanos
        }
    }

    /// The arguments, those at `places` in microseconds.
    fileprivate func inMicros(_ places: [Int], _ rule: NanosRule) throws(SQLError) -> [Column] {
        var arguments = arguments
        if case .difference(let isBackward, let rounding) = rule, places.count == 2 {
            let (from, to) = isBackward ? (places[1], places[0]) : (places[0], places[1])
            let targets = lanes(to, Int64.self), starts = lanes(from, Int64.self)
            arguments[from] = try micros(from) { Nanoseconds.split(starts[$0]).micros }
            arguments[to] = try micros(to) { Nanoseconds.aligned(starts[$0], targets[$0], rounding).to }
            return arguments
        }
        for place in places {
            let stamps = lanes(place, Int64.self)
            if case .difference = rule {
                arguments[place] = try micros(place) { Nanoseconds.rounded(stamps[$0]) }
            } else {
                arguments[place] = try micros(place) { Nanoseconds.split(stamps[$0]).micros }
            }
        }
        return arguments
    }

    /// A timestamp argument in microseconds. Rows with NULL in any argument are NULL, so that nobody looks at their others.
    @inline(__always)
    fileprivate func micros(_ place: Int, _ body: (Int) -> Int64) throws(SQLError) -> Column {
        let type = arguments[place].type
        let column = try mapValid(Int64(0), to: type.inMicros ?? type) { body($0) }
        return validity == nil ? column : column.replacing(validity: validity)
    }
}
