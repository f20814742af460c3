// Every aggregate over every kind of input that its signatures admit: no trap, no internal error, one result however rows are divided.

import Glibc
import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct EveryAggregateTests {
    private struct Case {
        var bound: BoundAggregate
        var name: String
        var types: [SQLType]
    }

    private static func cases() -> [Case] {
        var result: [Case] = []
        for (name, function) in FunctionRegistry.aggregates.sorted(by: { $0.key < $1.key }) where name == function.name {
            for overload in function.overloads {
                for types in CallTypes.lists(overload.signature, allPairs: true) ?? [] {
                    let bound: BoundAggregate
                    do throws(SQLError) { bound = try overload.bind(types) } catch {
                        #expect(error.state != .internalError, "\(name)\(types): \(error)")
                        continue
                    }
                    let text = "\(name)(\(types.map(\.description).joined(separator: ", ")))"
                    result.append(Case(bound: bound, name: text, types: bound.parameters.map { $0 == .null ? .varchar : $0 }))
                }
            }
        }
        return result
    }

    /// The result over chunks, added to one state a chunk and then put together.
    /// - Parameter batches: where each chunk belongs; nil if they come in order.
    private static func result(
        _ tested: Case, _ chunks: [[Column]], isGrouped: Bool, batches: [Int]? = nil
    ) -> Result<String, SQLError> {
        let bound = tested.bound
        do throws(SQLError) {
            let stride = 16 + (bound.stateBytes + 15) / 16 * 16
            let memory = try Buffer.zeroed(byteCount: stride * (chunks.count + 1) + 8)
            let states = memory.withUnsafeBytes { base in (0...chunks.count).map { base + $0 * stride } }
            defer { for state in states { bound.destroyOne(state + 8) } }
            for (index, chunk) in chunks.enumerated() {
                let count = chunk.first?.count ?? 3
                var chunk = chunk
                if let batches { chunk.append(try .constant(.integer(Int64(batches[index])), .bigint, count: count)) }
                if isGrouped {
                    let addresses = Array(repeating: states[index + 1], count: max(1, count))
                    try addresses.withUnsafeBufferPointer { (rows) throws(SQLError) in
                        try bound.update(Lanes(rows.baseAddress!, keptBy: rows), 8, chunk, count)
                    }
                } else {
                    try bound.updateSingle(states[index + 1] + 8, chunk, count)
                }
            }
            let targets = Array(repeating: states[0], count: max(1, chunks.count)), sources = Array(states.dropFirst()) + [states[0]]
            try sources.withUnsafeBufferPointer { (from) throws(SQLError) in
                try targets.withUnsafeBufferPointer { (to) throws(SQLError) in
                    try bound.combine(Lanes(from.baseAddress!, keptBy: from), Lanes(to.baseAddress!, keptBy: to), 8, chunks.count)
                }
            }
            let column = try states.withUnsafeBufferPointer { (rows) throws(SQLError) in
                try bound.finalize(Lanes(rows.baseAddress!, keptBy: rows), 8, 1)
            }
            #expect(column.count == 1 && (bound.returns == .null || column.type == bound.returns), "\(tested.name) gives \(column.type)")
            let sink = try ByteSink()
            if column.isNull(0) || column.type == .null { try sink.append("NULL") } else { try ValueText(column).append(0, to: sink) }
            withExtendedLifetime(memory) {}
            return .success(sink.string)
        } catch {
            #expect(error.state != .internalError, "\(tested.name): \(error)")
            return .failure(error)
        }
    }

    /// Sums of floating-point numbers depend on their order.
    private static func isApproximate(_ type: SQLType) -> Bool {
        switch type {
        case .double, .real: true
        case .list(let element): isApproximate(element)
        default: false
        }
    }

    private static func agree(_ tested: Case, _ columns: [Column]) throws {
        let count = columns.first?.count ?? 3
        let whole = result(tested, [columns], isGrouped: false)
        var others = [result(tested, [columns], isGrouped: true)]
        let alone = try (0..<count).map { row in try columns.map { try Column.make($0.type, [$0.value(at: row)]) } }
        others.append(result(tested, alone, isGrouped: false))
        others.append(
            result(tested, try alone.map { try $0.map { try Column.constant($0.value(at: 0), $0.type, count: 1) } }, isGrouped: true))
        if tested.bound.takesBatch {
            // Other workers, in another order.
            let order = alone.indices.sorted { ($0 % 3, -$0) < ($1 % 3, -$1) }
            for isGrouped in [false, true] {
                others.append(result(tested, order.map { alone[$0] }, isGrouped: isGrouped, batches: order))
            }
        }
        if let first = columns.first, !first.type.isNested {
            let coded = [try Calls.dictionary(first)] + columns.dropFirst()
            others += [result(tested, [coded], isGrouped: false), result(tested, [coded], isGrouped: true)]
        }
        for other in others {
            switch (whole, other) {
            case (.success(let a), .success(let b)): #expect(a == b || isApproximate(tested.bound.returns), "\(tested.name)")
            case (.failure(let a), .failure(let b)): #expect(a.state == b.state, "\(tested.name)")
            case (.success(let a), .failure(let b)), (.failure(let b), .success(let a)):
                if !isApproximate(tested.bound.returns) { Issue.record("\(tested.name): \(a) and \(b)") }
            }
        }
    }

    @Test func `no rows, rows of NULL and NULL constants`() throws {
        for tested in Self.cases() {
            CallLog.note(tested.name)
            let types = tested.types
            if types.isEmpty { continue }
            let empty = Self.result(tested, [], isGrouped: false)
            for isGrouped in [false, true] {
                let none = Self.result(tested, [try types.map { try .make($0, []) }], isGrouped: isGrouped)
                guard case .success(let a) = empty, case .success(let b) = none else {
                    Issue.record("\(tested.name) of no rows fails")
                    continue
                }
                #expect(a == b, "\(tested.name)")
                _ = Self.result(tested, [try types.map { try .constant(.null, $0, count: 4) }], isGrouped: isGrouped)
                _ = Self.result(tested, [try types.map { try .constant(.null, $0, count: 0) }], isGrouped: isGrouped)
            }
            try Self.agree(tested, try types.map { try .make($0, [.null, .null, .null]) })
        }
    }

    @Test func `every aggregate has a case`() {
        let tested = Set(Self.cases().map { $0.name.prefix { $0 != "(" } }.map(String.init))
        let all = FunctionRegistry.aggregates.filter { $0.key == $0.value.name }.map(\.key)
        #expect(Set(all).subtracting(tested) == [])
        #expect(all.count > 20)
    }

    @Test func `sample values, one by one and all together`() throws {
        for tested in Self.cases() where !tested.types.isEmpty {
            CallLog.note(tested.name)
            // What has the type of a bare NULL is NULL.
            let samples = tested.types.indices.map {
                tested.bound.parameters[$0] == .null ? [.null] : SampleValues.values(tested.types[$0]) + [.null]
            }
            let most = samples.map(\.count).max() ?? 0
            // Every value alone, so that one that fails doesn't hide the others.
            var fitting: [[Value]] = []
            for at in 0..<most {
                let row = samples.enumerated().map { $1[(at + $0 * 2) % $1.count] }
                if case .success = Self.result(tested, [try zip(tested.types, row).map { try .make($0, [$1]) }], isGrouped: false) {
                    fitting.append(row)
                }
            }
            try Self.agree(tested, try tested.types.indices.map { at in try .make(tested.types[at], fitting.map { $0[at] }) })
            // Twice each: ties, and sums that overflow.
            let twice = fitting + fitting
            try Self.agree(tested, try tested.types.indices.map { at in try .make(tested.types[at], twice.map { $0[at] }) })
        }
    }
}
