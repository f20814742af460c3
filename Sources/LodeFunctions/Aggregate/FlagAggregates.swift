/// `bool_and`, `bool_or`, and the bitwise aggregates.

import LodeCore
import LodeVectors

extension AggregateFunction {
    static let flags: [AggregateFunction] = [
        AggregateFunction(
            "bool_and", aliases: ["every"], "Whether all values are true.", source: "PostgreSQL 17, 9.21",
            examples: [("bool_and(x) FROM (VALUES (true), (false)) t(x)", "false")], ignoresDuplicates: true, ignoresNulls: true,
            AggregateOverload(Signature([.boolean])) { (_) throws(SQLError) in FlagAggregate.bound { $0 & 2 == 0 } }),
        AggregateFunction(
            "bool_or", aliases: ["some"], "Whether some value is true.", source: "PostgreSQL 17, 9.21",
            examples: [("bool_or(x) FROM (VALUES (true), (false)) t(x)", "true")], ignoresDuplicates: true, ignoresNulls: true,
            AggregateOverload(Signature([.boolean])) { (_) throws(SQLError) in FlagAggregate.bound { $0 & 1 != 0 } }),
        AggregateFunction(
            "bit_and", "The bitwise and of the values.", source: "PostgreSQL 17, 9.21",
            examples: [("bit_and(x) FROM (VALUES (6), (3)) t(x)", "2")], ignoresDuplicates: true, ignoresNulls: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in try BitAggregate.bind("bit_and", types, .and) }),
        AggregateFunction(
            "bit_or", "The bitwise or of the values.", source: "PostgreSQL 17, 9.21",
            examples: [("bit_or(x) FROM (VALUES (6), (3)) t(x)", "7")], ignoresDuplicates: true, ignoresNulls: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in try BitAggregate.bind("bit_or", types, .or) }),
        AggregateFunction(
            "bit_xor", "The bitwise exclusive or of the values.", source: "PostgreSQL 17, 9.21",
            examples: [("bit_xor(x) FROM (VALUES (6), (3)) t(x)", "5")], ignoresNulls: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in try BitAggregate.bind("bit_xor", types, .xor) }),
    ]
}

/// Bit 0: a true was seen. Bit 1: a false was seen.
enum FlagState: LaneState {
    static var stateBytes: Int { 8 }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: UInt8) {
        state.assumingMemoryBound(to: Int64.self).pointee |= lane != 0 ? 1 : 2
    }

    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        target.assumingMemoryBound(to: Int64.self).pointee |= source.load(as: Int64.self)
    }
}

enum FlagAggregate {
    static func bound(_ verdict: @escaping @Sendable (Int64) -> Bool) -> BoundAggregate {
        .lanes(FlagState.self, [.boolean], .boolean) { rows, offset, count throws(SQLError) in
            try AggregateResult.make(.boolean, UInt8(0), rows, offset, count) { (state) throws(SQLError) -> UInt8? in
                let seen = state.load(as: Int64.self)
                return seen == 0 ? nil : (verdict(seen) ? 1 : 0)
            }
        }
    }
}

protocol BitOperation: SendableMetatype {
    static func apply(_ left: Int64, _ right: Int64) -> Int64
}

enum BitAnd: BitOperation { static func apply(_ left: Int64, _ right: Int64) -> Int64 { left & right } }
enum BitOr: BitOperation { static func apply(_ left: Int64, _ right: Int64) -> Int64 { left | right } }
enum BitXor: BitOperation { static func apply(_ left: Int64, _ right: Int64) -> Int64 { left ^ right } }

/// | 1 if there is a value | bits |
enum BitState<Operation: BitOperation, Lane: FixedWidthInteger & BitwiseCopyable & SendableMetatype>: LaneState {
    static var stateBytes: Int { 16 }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Lane) { addBits(state, Int64(truncatingIfNeeded: lane)) }

    @inline(__always)
    private static func addBits(_ state: UnsafeMutableRawPointer, _ bits: Int64) {
        let words = state.assumingMemoryBound(to: Int64.self)
        words[1] = words[0] == 0 ? bits : Operation.apply(words[1], bits)
        words[0] = 1
    }

    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        if source.load(as: Int64.self) != 0 { addBits(target, (source + 8).load(as: Int64.self)) }
    }
}

enum BitAggregate {
    enum Kind: Sendable { case and, or, xor }

    static func bind(_ name: String, _ types: [SQLType], _ kind: Kind) throws(SQLError) -> BoundAggregate {
        switch types[0] {
        case .tinyint: return lanes(Int8.self, types[0], kind)
        case .smallint: return lanes(Int16.self, types[0], kind)
        case .integer, .null: return lanes(Int32.self, .integer, kind)
        case .bigint: return lanes(Int64.self, types[0], kind)
        default: throw .noFunction(name, types)
        }
    }

    @inline(__always)
    private static func lanes<Lane: FixedWidthInteger & BitwiseCopyable & SendableMetatype & Sendable>(
        _: Lane.Type, _ type: SQLType, _ kind: Kind
    ) -> BoundAggregate {
        let finalize: @Sendable (StateRows, Int, Int) throws(SQLError) -> Column = { rows, offset, count throws(SQLError) in
            try AggregateResult.make(type, Lane(0), rows, offset, count) { (state) throws(SQLError) -> Lane? in
                state.load(as: Int64.self) == 0 ? nil : Lane(truncatingIfNeeded: (state + 8).load(as: Int64.self))
            }
        }
        switch kind {
        case .and: return .lanes(BitState<BitAnd, Lane>.self, [type], type, finalize: finalize)
        case .or: return .lanes(BitState<BitOr, Lane>.self, [type], type, finalize: finalize)
        case .xor: return .lanes(BitState<BitXor, Lane>.self, [type], type, finalize: finalize)
        }
    }
}
