/// JSON for what the catalog keeps: definitions, partition values, statistics.

import Foundation
import LodeCore

package enum JSONText {
    /// Keys are sorted, so that equal definitions have equal strings.
    package static func write<T: Encodable>(_ value: T) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }

    /// - Throws: `XX001` naming `what` if the text is not what it should be.
    static func read<T: Decodable>(_ type: T.Type, _ text: String, _ what: @autoclosure () -> String) throws(SQLError) -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw SQLError(
                .dataCorrupted, "the catalog's entry for \(what()) cannot be read", detail: "\(error)",
                hint: "The catalog was changed by hand or by a newer Lode.")
        }
    }

    static func readNames(_ text: String) -> [String]? { try? JSONDecoder().decode([String].self, from: Data(text.utf8)) }
}
