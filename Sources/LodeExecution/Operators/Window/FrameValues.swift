/// first_value, last_value and nth_value: single rows of the frame.

import LodeCore
import LodeFunctions
import LodeVectors

final class FrameValues: WindowValues {
    private let function: FrameFunction
    private let frames: WindowFrames
    private let source: PickedRows
    /// nth_value: which row, by row.
    private let positions: Column?
    private let span: SourceSpan?

    init(_ function: FrameFunction, _ call: WindowShape.Call, _ piece: WindowPiece, _ frames: WindowFrames) throws(SQLError) {
        self.function = function
        self.frames = frames
        span = call.call.span
        guard let value = call.arguments.first else { throw .internalFault("\(call.call.name) without its argument") }
        source = PickedRows(try piece.column(value), ignoringNulls: call.call.ignoresNulls)
        positions = function == .nthValue && call.arguments.count > 1 ? try piece.column(call.arguments[1]) : nil
    }

    func values(_ first: Int, _ count: Int) throws(SQLError) -> Column {
        var rows = [Int](repeating: -1, count: count)
        for i in 0..<count {
            let row = first + i
            switch function {
            case .lastValue: rows[i] = last(row)
            case .nthValue:
                guard let positions, case .integer(let wanted) = positions.value(at: row) else { continue }
                guard wanted > 0 else {
                    throw SQLError(.invalidParameterValue, "argument of nth_value must be greater than zero", at: span)
                }
                rows[i] = nth(row, Int(clamping: wanted) - 1)
            case .firstValue: rows[i] = nth(row, 0)
            }
        }
        return try source.values(rows)
    }

    private func nth(_ row: Int, _ index: Int) -> Int {
        var rest = index, found = -1
        frames.forEachRange(row) { low, high in
            guard found < 0 else { return }
            let rows = source.count(low, high)
            if rest < rows { found = source.row(low, rest) } else { rest -= rows }
        }
        return found
    }

    private func last(_ row: Int) -> Int {
        var found = -1
        frames.forEachRange(row) { low, high in
            let rows = source.count(low, high)
            if rows > 0 { found = source.row(low, rows - 1) }
        }
        return found
    }
}
