/// How much of the columns of new files manifests say.

import LodeCore

/// - Source: Iceberg's table properties `write.metadata.metrics.default` and `write.metadata.metrics.column.<name>`.
struct IcebergMetrics {
    enum Mode: Equatable {
        case none, counts, full
        /// Bounds of so many characters or bytes.
        case truncate(Int64)

        init?(_ text: String) {
            let folded = text.lowercased()
            switch folded {
            case "none": self = .none
            case "counts": self = .counts
            case "full": self = .full
            default:
                guard folded.hasPrefix("truncate("), folded.hasSuffix(")"), let length = Int64(folded.dropFirst(9).dropLast()),
                    (1...Int64(Int32.max)).contains(length)
                else { return nil }
                self = .truncate(length)
            }
        }
    }

    private static let standard = "write.metadata.metrics.default", column = "write.metadata.metrics.column."
    private let general: Mode
    private let byColumn: [String: Mode]

    /// Texts that are no mode are as if nothing were said: `check` refuses them when they are set.
    init(_ properties: [String: String]) {
        general = properties[Self.standard].flatMap { Mode($0) } ?? .truncate(16)
        var byColumn: [String: Mode] = [:]
        for (name, text) in properties where name.hasPrefix(Self.column) {
            byColumn[String(name.dropFirst(Self.column.count))] = Mode(text)
        }
        self.byColumn = byColumn
    }

    func mode(of column: String) -> Mode { byColumn[column] ?? general }

    /// - Throws: `22023` for a property that is no mode.
    static func check(_ name: String, _ value: String) throws(SQLError) {
        guard name == standard || name.hasPrefix(column), Mode(value) == nil else { return }
        throw SQLError(
            .invalidParameterValue, "the Iceberg property \"\(name)\" is none, counts, truncate(n) or full, and not '\(value)'")
    }

    // MARK: Bounds

    func lower(_ value: Value, _ mode: Mode) -> Value? {
        guard case .truncate(let length) = mode else { return mode == .full ? value : nil }
        switch value {
        case .text: return IcebergTransform.truncate(length).apply(value, .varchar)
        case .bytes: return IcebergTransform.truncate(length).apply(value, .varbinary)
        default: return value
        }
    }

    /// Of a text that is cut off the next one behind all that begin so; nil if there is none.
    func upper(_ value: Value, _ mode: Mode) -> Value? {
        guard let start = lower(value, mode) else { return nil }
        guard case .truncate(let length) = mode, start != value else { return start }
        return IcebergTransform.last(start, length)
    }
}
