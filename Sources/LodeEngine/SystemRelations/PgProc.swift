/// `pg_proc`: functions, aggregates and window functions.

import LodeCatalog
import LodeCore
import LodeFunctions

/// Functions that PostgreSQL has too ship with their numbers there; the others are numbered from 12000, in the order of their names.
enum PgProc: SystemRelation {
    static let name = "pg_proc"
    private static let firstOwn: Int64 = 12000, internalLanguage: Int64 = 12
    private static let anyType: Int64 = 2276, anyElement: Int64 = 2283, anyArray: Int64 = 2277

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        let shipped = try scope.shippedRows()
        return shipped + ownRows(besides: shipped)
    }

    /// The functions that no shipped row, whose second column is the name, tells of.
    private static func ownRows(besides shipped: [[Value]]) -> [[Value]] {
        let known = Set(shipped.map { $0[1] })
        return own.enumerated().filter { !known.contains(.text($1.name)) }.map { row(firstOwn + Int64($0), $1) }
    }

    /// Rows of all functions; none if the shipped ones cannot be read, which the tests do.
    static let allRows: [[Value]] = {
        guard let table = ShippedTables.table(TableName("pg_catalog", PgProc.name)), let shipped = try? ShippedTables.rows(of: table) else {
            return []
        }
        return shipped + ownRows(besides: shipped)
    }()

    /// All functions by number and by name.
    static let names = FunctionNames()

    struct FunctionNames: Sendable {
        private var byNumber: [Int64: String] = [:]
        private var byName: [String: [Int64]] = [:]

        /// A file that cannot be read gives no names; the tests read it.
        fileprivate init() {
            for row in PgProc.allRows {
                guard case .integer(let number) = row[0], case .text(let name) = row[1] else { continue }
                byNumber[number] = name.string
                byName[name.string, default: []].append(number)
            }
        }

        /// With its schema where the name alone could be another function's.
        func text(_ number: Int64) -> String? {
            byNumber[number].map { name in (byName[name]?.count ?? 0) > 1 ? "pg_catalog.\(SQLName.quoted(name))" : SQLName.quoted(name) }
        }

        /// - Throws: `42725` for a name that several functions have.
        func number(_ name: String) throws(SQLError) -> Int64? {
            guard let numbers = byName[name] else { return nil }
            if numbers.count > 1 { throw SQLError(.ambiguousFunction, "more than one function named \"\(name)\"") }
            return numbers[0]
        }
    }

    private struct Function {
        var name: String
        /// `prokind`
        var kind: String
        var volatility: String
        var isStrict: Bool
        var parameters: [ParameterType]
        var optional: Int
        var returns: SQLType?
    }

    /// Sorted by name; operators are not among them.
    private static let own: [Function] = {
        var all: [Function] = []
        for (name, function) in FunctionRegistry.scalars {
            guard let overload = function.overloads.first else { continue }
            let returns = exactTypes(overload.signature).flatMap { try? overload.bind($0).returns }
            let volatility = function.volatility == .immutable ? "i" : function.volatility == .stable ? "s" : "v"
            all.append(Function(
                name: name, kind: "f", volatility: volatility, isStrict: function.isStrict, parameters: overload.signature.parameters,
                optional: overload.signature.optional, returns: returns))
        }
        for (name, function) in FunctionRegistry.aggregates {
            guard let overload = function.overloads.first else { continue }
            let returns = exactTypes(overload.signature).flatMap { try? overload.bind($0).returns }
            all.append(Function(
                name: name, kind: "a", volatility: "i", isStrict: false, parameters: overload.signature.parameters,
                optional: overload.signature.optional, returns: returns))
        }
        for (name, function) in FunctionRegistry.windows {
            all.append(Function(
                name: name, kind: "w", volatility: "i", isStrict: false, parameters: function.signature.parameters,
                optional: function.signature.optional, returns: exactTypes(function.signature).map { function.returns($0) }))
        }
        return all.filter { $0.name.utf8.first.map { $0 > 96 } ?? false }.sorted { ($0.name, $0.kind) < ($1.name, $1.kind) }
    }()

    private static func exactTypes(_ signature: Signature) -> [SQLType]? {
        let types = signature.parameters.compactMap { parameter -> SQLType? in
            if case .exact(let type) = parameter { type } else { nil }
        }
        return types.count == signature.parameters.count ? types : nil
    }

    private static func number(_ parameter: ParameterType) -> Int64 {
        switch parameter {
        case .exact(let type): Int64(WireType(type).id)
        case .anyDecimal: Int64(ObjectID.numeric)
        case .same: anyElement
        case .list: anyArray
        default: anyType
        }
    }

    private static func row(_ number: Int64, _ function: Function) -> [Value] {
        let arguments = function.parameters.map { Value.number(Self.number($0)) }
        let returns = function.returns.map { Int64(WireType($0).id) } ?? anyElement
        return [
            .number(number), .text(function.name), .number(ObjectNumbers.pgCatalog), .number(ObjectNumbers.firstRole),
            // prolang, procost, prorows, provariadic, prosupport, prokind, prosecdef, proleakproof, proisstrict, proretset
            .number(internalLanguage), .double(1), .double(0), .zero, .zero, .text(function.kind), .no, .no, .boolean(function.isStrict),
            .no,
            // provolatile, proparallel, pronargs, pronargdefaults, prorettype, proargtypes
            .text(function.volatility), .text("s"), .number(arguments.count), .zero, .number(returns), .list(arguments),
            // proallargtypes, proargmodes, proargnames, proargdefaults, protrftypes, prosrc, probin, prosqlbody, proconfig, proacl
            .null, .null, .null, .null, .null, .text(function.name), .null, .null, .null, .null,
        ]
    }
}
