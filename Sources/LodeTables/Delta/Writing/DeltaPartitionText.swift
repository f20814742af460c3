/// Writing partition values as the log has them.

import LodeCore

extension DeltaPartitionValue {
    /// - Throws: `22023` for a value that a Delta table takes for another one, or can't have.
    /// - Source: Delta PROTOCOL.md, "Partition Value Serialization".
    static func write(_ value: Value, _ column: Field) throws(SQLError) -> String? {
        func refuse(_ why: String) -> SQLError {
            SQLError(
                .invalidParameterValue, "\(why) cannot be the value of a partition of a Delta table",
                detail: "Column \"\(column.name)\".")
        }
        switch value {
        case .null: return nil
        case .text(let text):
            if text.string.isEmpty { throw refuse("an empty text, which the log takes for NULL,") }
            return text.string
        case .bytes(let bytes):
            guard !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self) else { throw refuse("bytes that are no text") }
            return text
        case .double(let number):
            if number.isNaN { return "NaN" }
            if number.isInfinite { return number > 0 ? "Infinity" : "-Infinity" }
            return column.type == .real ? Float(number).description : number.description
        case .timestamp(let micros):
            guard let text = DeltaStatisticsText.instant(micros) else { throw refuse("a timestamp beyond the years 1 to 9999") }
            // Without a letter between date and time: all readers of timestamps without a zone take that.
            return column.type == .timestamptz ? text + "Z" : text.replacing("T", with: " ")
        default: return PartitionText.write(value)
        }
    }

    /// `partitionValues` of a file, under the names that files have.
    static func texts(_ values: [Value], _ columns: [(name: String, field: Field)]) throws(SQLError) -> [(name: String, text: String?)] {
        var texts: [(name: String, text: String?)] = []
        for (column, value) in zip(columns, values) { texts.append((column.name, try write(value, column.field))) }
        return texts
    }
}
