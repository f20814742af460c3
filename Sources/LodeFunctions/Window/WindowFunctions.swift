/// The functions that need OVER: a case and an entry each.

import LodeCore

/// Of a row's place in its partition.
package enum RankingFunction: Sendable, Hashable, CaseIterable {
    case rowNumber, rank, denseRank, percentRank, cumeDist, ntile

    var tellsPeersApart: Bool { self == .rowNumber || self == .ntile }
    var isRowNumber: Bool { [.rowNumber, .rank, .denseRank].contains(self) }
}

/// Of the row this many rows away.
package enum OffsetFunction: Sendable, Hashable { case lag, lead }

/// Of one row of the frame.
package enum FrameFunction: Sendable, Hashable { case firstValue, lastValue, nthValue }

extension WindowFunction {
    /// Ranking and navigation. The window operator computes them.
    static let all: [WindowFunction] = [
        ranking("row_number", .rowNumber, "The number of the row within its partition, from 1.", .bigint, "1"),
        ranking("rank", .rank, "The number of the row's first peer: equal rows share a rank, and gaps follow.", .bigint, "1"),
        ranking("dense_rank", .denseRank, "The number of the row's peer group: no gaps.", .bigint, "1"),
        ranking("percent_rank", .percentRank, "(rank - 1) / (rows - 1), from 0 to 1.", .double, "0"),
        ranking("cume_dist", .cumeDist, "The share of rows that are before the row or its peers, up to 1.", .double, "1"),
        WindowFunction(
            entry("ntile", "The number of the row's bucket, of so many of nearly the same size.", "ntile(2) OVER (ORDER BY 1)", "1"),
            kind: .ranking(.ntile), signature: Signature([.bigint]), returns: { _ in .bigint }),
        navigation("lag", .lag, "The value so many rows before (1 if not given), or the default."),
        navigation("lead", .lead, "The value so many rows after (1 if not given), or the default."),
        WindowFunction(
            entry("first_value", "The value in the frame's first row.", "first_value(7) OVER ()", "7"),
            kind: .frame(.firstValue), signature: Signature([.any]), returns: { $0[0] }),
        WindowFunction(
            entry("last_value", "The value in the frame's last row.", "last_value(7) OVER ()", "7"),
            kind: .frame(.lastValue), signature: Signature([.any]), returns: { $0[0] }),
        WindowFunction(
            entry(
                "nth_value", "The value in the frame's row of this number, from 1; NULL if there is none.", "nth_value(7, 1) OVER ()", "7"),
            kind: .frame(.nthValue), signature: Signature([.any, .bigint]), returns: { $0[0] }),
    ]

    private static func entry(_ name: String, _ summary: String, _ call: String, _ result: String) -> FunctionDocumentation {
        FunctionDocumentation(
            name, family: "window", summary, source: "PostgreSQL 17, 9.22", examples: [FunctionExample(call, result)])
    }

    private static func ranking(
        _ name: String, _ function: RankingFunction, _ summary: String, _ type: SQLType, _ result: String
    ) -> WindowFunction {
        WindowFunction(
            entry(name, summary, "\(name)() OVER (ORDER BY 1)", result), kind: .ranking(function), signature: Signature([]),
            returns: { _ in type })
    }

    private static func navigation(_ name: String, _ function: OffsetFunction, _ summary: String) -> WindowFunction {
        WindowFunction(
            entry(name, summary, "\(name)(7, 1, 0) OVER (ORDER BY 1)", "0"), kind: .offset(function),
            signature: Signature([.same("T"), .bigint, .same("T")], optional: 2),
            returns: { types in types.count > 2 ? Casts.commonType(types[0], types[2]) ?? types[0] : types[0] })
    }
}
