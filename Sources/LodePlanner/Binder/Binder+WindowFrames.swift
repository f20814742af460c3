/// Frames of windows: ROWS, RANGE and GROUPS BETWEEN … AND ….

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    func bindFrame(_ written: LodeSyntax.WindowFrame, _ order: [SortKey], _ scope: Scope) throws(SQLError) -> LodePlan.WindowFrame {
        let end = written.end ?? .currentRow
        try checkOrder(written.start, end, written.span)
        let mode: LodePlan.WindowFrame.Mode =
            switch written.unit {
            case .rows: .rows
            case .range: .range
            case .groups: .groups
            }
        if mode == .groups, order.isEmpty {
            throw SQLError(.windowingError, "GROUPS mode requires an ORDER BY clause", at: written.span)
        }
        let exclusion: LodePlan.WindowFrame.Exclusion =
            switch written.exclusion {
            case nil, .noOthers: .none
            case .currentRow: .currentRow
            case .group: .group
            case .ties: .ties
            }
        return LodePlan.WindowFrame(
            mode: mode, start: try bindBound(written.start, mode, order, scope, written.span),
            end: try bindBound(end, mode, order, scope, written.span), exclusion: exclusion)
    }

    private func checkOrder(_ start: LodeSyntax.WindowFrame.Bound, _ end: LodeSyntax.WindowFrame.Bound, _ span: SourceSpan) throws(SQLError)
    {
        func wrong(_ message: String) -> SQLError { SQLError(.windowingError, message, at: span) }
        switch (start, end) {
        case (.unboundedFollowing, _): throw wrong("frame start cannot be UNBOUNDED FOLLOWING")
        case (_, .unboundedPreceding): throw wrong("frame end cannot be UNBOUNDED PRECEDING")
        case (.currentRow, .preceding): throw wrong("frame starting from current row cannot have preceding rows")
        case (.following, .preceding), (.following, .currentRow):
            throw wrong("frame starting from following row cannot end before it")
        default: break
        }
    }

    private func bindBound(
        _ bound: LodeSyntax.WindowFrame.Bound, _ mode: LodePlan.WindowFrame.Mode, _ order: [SortKey], _ scope: Scope, _ span: SourceSpan
    ) throws(SQLError) -> LodePlan.WindowFrame.Bound {
        switch bound {
        case .unboundedPreceding: return .unboundedPreceding
        case .unboundedFollowing: return .unboundedFollowing
        case .currentRow: return .currentRow
        case .preceding(let offset): return .preceding(try bindOffset(offset, mode, order, scope, span))
        case .following(let offset): return .following(try bindOffset(offset, mode, order, scope, span))
        }
    }

    private func bindOffset(
        _ written: Expression, _ mode: LodePlan.WindowFrame.Mode, _ order: [SortKey], _ scope: Scope, _ span: SourceSpan
    ) throws(SQLError) -> BoundExpression {
        let offset = try bind(written, scope)
        guard offset.columns.isEmpty, !offset.hasSubquery else {
            throw SQLError(.invalidColumnReference, "a frame offset must not contain variables", at: written.span)
        }
        let type = try offsetType(mode, order, span)
        let typed = try coerce(offset, to: type, as: "a frame offset", at: written.span)
        let value: Value
        do throws(SQLError) { value = try constantValue(typed) } catch { throw error.at(written.span) }
        if value.isNull { throw SQLError(.windowFrameOffset, "frame offset must not be null", at: written.span) }
        if Self.isNegative(value) { throw SQLError(.windowFrameOffset, "frame offset must not be negative", at: written.span) }
        return .constant(value, type)
    }

    /// ROWS and GROUPS count; RANGE measures distances of the one sort key.
    private func offsetType(_ mode: LodePlan.WindowFrame.Mode, _ order: [SortKey], _ span: SourceSpan) throws(SQLError) -> SQLType {
        guard mode == .range else { return .bigint }
        guard order.count == 1 else {
            throw SQLError(.windowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column", at: span)
        }
        let key = order[0].expression.type
        if key.isTemporal { return .interval }
        if key.isNumeric || key == .interval { return key }
        throw SQLError(.featureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type \(key)", at: span)
    }

    private static func isNegative(_ value: Value) -> Bool {
        switch value {
        case .integer(let number): number < 0
        case .decimal(let number, _): number < 0
        case .double(let number): number < 0 || number.isNaN
        case .interval(let interval): interval.comparisonMicros < 0
        default: false
        }
    }
}
