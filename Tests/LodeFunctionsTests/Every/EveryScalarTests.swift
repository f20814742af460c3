// Every scalar function over every kind of input that its signatures admit: no trap, no internal error, one result in every layout.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct EveryScalarTests {
    /// One function with one list of argument types.
    private struct Case {
        var function: ScalarFunction
        var bound: BoundScalar
        var name: String
    }

    /// All cases: the overloads of all functions, bound for all types that they take.
    private static func cases() throws -> [Case] {
        var result: [Case] = []
        for (name, function) in FunctionRegistry.scalars.sorted(by: { $0.key < $1.key }) where name == function.name {
            var seen: [[SQLType]] = []
            for overload in function.overloads {
                for types in CallTypes.lists(overload.signature) ?? [] where !seen.contains(types) {
                    seen.append(types)
                    let bound: BoundScalar
                    do throws(SQLError) { bound = try overload.bind(types) } catch {
                        #expect(error.state != .internalError, "\(name)\(types): \(error)")
                        continue
                    }
                    result.append(
                        Case(function: function, bound: bound, name: "\(name)(\(types.map(\.description).joined(separator: ", ")))"))
                }
            }
        }
        return result
    }

    /// The binder casts what a kernel leaves open to text.
    private static func types(_ bound: BoundScalar) -> [SQLType] { bound.parameters.map { $0 == .null ? .varchar : $0 } }

    /// The texts of a call's results, or its error.
    private static func outcome(_ tested: Case, _ columns: [Column], _ count: Int) -> Result<[String], SQLError> {
        let context = Calls.context(zone: "Europe/Berlin")
        do throws(SQLError) {
            let result = try tested.bound.kernel(columns, count, context)
            #expect(result.count == count, "\(tested.name) gives \(result.count) rows of \(count)")
            if tested.bound.returns != .null { #expect(result.type == tested.bound.returns, "\(tested.name) gives \(result.type)") }
            let renderer = ValueText(result, zone: { _ in 0 })
            var texts: [String] = []
            let sink = try ByteSink()
            for row in 0..<count {
                sink.truncate()
                if result.isNull(row) || result.type == .null { try sink.append("NULL") } else { try renderer.append(row, to: sink) }
                texts.append(sink.string)
            }
            return .success(texts)
        } catch {
            #expect(error.state != .internalError, "\(tested.name): \(error)")
            if !tested.bound.canFail {
                #expect(
                    error.state == .outOfMemory || error.state == .programLimitExceeded, "\(tested.name) says that it can't fail: \(error)")
            }
            return .failure(error)
        }
    }

    @Test func `no rows, NULL constants, rows of NULL, empty dictionaries`() throws {
        for tested in try Self.cases() {
            CallLog.note(tested.name)
            let types = Self.types(tested.bound)
            let isNull = tested.function.isStrict && !tested.bound.takesNull && !types.isEmpty
            func check(_ columns: [Column], _ count: Int, _ kind: String) {
                let found = Self.outcome(tested, columns, count)
                guard isNull, count > 0 else { return }
                if case .success(let texts) = found { #expect(texts.allSatisfy { $0 == "NULL" }, "\(tested.name) of \(kind)") }
                if case .failure(let error) = found { Issue.record("\(tested.name) of \(kind): \(error)") }
            }
            check(try types.map { try .make($0, []) }, 0, "no rows")
            check(try types.map { try .constant(.null, $0, count: 0) }, 0, "no rows of a constant")
            check(try types.map { try .constant(.null, $0, count: 5) }, 5, "NULL constants")
            check(try types.map { try .make($0, Array(repeating: .null, count: 5)) }, 5, "NULL rows")
            if !types.contains(where: \.isNested) {
                let nothing = try Validity.allValid(5)
                for row in 0..<5 { Validity.clear(nothing.lanes(as: UInt64.self), row) }
                let codes = try Buffer.zeroed(byteCount: 20)
                check(
                    try types.map { Column(codes: codes, count: 5, dictionary: try .make($0, []), validity: nothing) }, 5,
                    "empty dictionaries")
            }
        }
    }

    /// The same values behind codes, one code a row.
    private static func coded(_ column: Column) throws -> Column {
        let values = (0..<column.count).map { column.value(at: $0) }, known = values.filter { !$0.isNull }
        var next: Int32 = 0
        let codes = values.map { value -> Int32 in
            if value.isNull { return 0 }
            defer { next += 1 }
            return next
        }
        let buffer = try codes.withUnsafeBytes { try Buffer(copying: $0) }
        return Column(
            codes: buffer, count: column.count, dictionary: try .make(column.type, known), validity: try column.flattened().validityBuffer)
    }

    /// The rows of a case: all pairs of sample values for up to two arguments, a mixture for more.
    private static func rows(_ types: [SQLType]) -> [[Value]] {
        let samples = types.map { SampleValues.values($0) + [.null] }
        switch types.count {
        case 0: return [[], []]
        case 1: return samples[0].map { [$0] }
        case 2: return samples[0].flatMap { a in samples[1].map { [a, $0] } }
        default:
            return (0..<150).map { at in samples.enumerated().map { $1[(at / (1 + $0 * 3) + at * $0) % $1.count] } }
        }
    }

    @Test(arguments: [0, 1, 2, 3]) func `every value gives a value or an SQL error, the same in every layout`(part: Int) throws {
        let cases = try Self.cases()
        for (index, tested) in cases.enumerated() where index % 4 == part && tested.function.volatility != .volatile {
            CallLog.note(tested.name)
            let types = Self.types(tested.bound)
            // Each row alone, as constants.
            var rows: [[Value]] = [], alone: [String] = []
            for row in Self.rows(types) {
                let columns = try zip(types, row).map { try Column.constant($1, $0, count: 2) }
                guard case .success(let texts) = Self.outcome(tested, columns, 2) else { continue }
                #expect(texts[0] == texts[1], "\(tested.name) of \(row)")
                rows.append(row)
                alone.append(texts[0])
            }
            guard !rows.isEmpty, !types.isEmpty else { continue }
            func check(_ columns: [Column], _ kind: String) {
                switch Self.outcome(tested, columns, rows.count) {
                case .success(let texts):
                    guard let first = texts.indices.first(where: { texts[$0] != alone[$0] }) else { return }
                    Issue.record("\(tested.name) of \(rows[first]) \(kind): \(texts[first]), alone \(alone[first])")
                case .failure(let error): Issue.record("\(tested.name) \(kind): \(error)")
                }
            }
            let columns = try types.indices.map { at in try Column.make(types[at], rows.map { $0[at] }) }
            check(columns, "flat")
            guard !types[0].isNested else { continue }
            check([try Self.coded(columns[0])] + columns.dropFirst(), "as a dictionary")
        }
    }

    @Test func `a text of a megabyte`() throws {
        var times: [String: Int] = [:]
        for tested in try Self.cases() {
            let types = Self.types(tested.bound)
            guard types.count <= 4, types.contains(.varchar), times[tested.function.name, default: 0] < 2 else { continue }
            times[tested.function.name, default: 0] += 1
            CallLog.note(tested.name)
            for at in types.indices where types[at] == .varchar {
                for pick in 0..<2 {
                    let row = types.enumerated().map { index, type -> Value in
                        let samples = SampleValues.values(type)
                        return index == at ? SampleValues.megabyte : samples[(pick * 5 + 1) % samples.count]
                    }
                    _ = Self.outcome(tested, try zip(types, row).map { try Column.constant($1, $0, count: 1) }, 1)
                }
            }
        }
    }
}
