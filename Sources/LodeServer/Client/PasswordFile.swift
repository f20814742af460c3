/// `~/.pgpass`: passwords of servers.

import Foundation
import LodeCore

/// - Source: PostgreSQL, libpq, "The Password File".
package enum PasswordFile {
    /// The password of the first line that matches; nil if there is none, or if others may read the file.
    package static func password(for address: ServerAddress, file: String) -> String? {
        let mode = (try? FileManager.default.attributesOfItem(atPath: file))?[.posixPermissions] as? Int
        guard let mode, mode & 0o077 == 0, let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        return password(for: address, in: text)
    }

    /// Lines of `host:port:database:user:password`; `*` stands for anything, a backslash keeps the next character.
    static func password(for address: ServerAddress, in text: String) -> String? {
        let wanted = [address.host, String(address.port), address.database, address.user]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let fields = fields(line)
            if fields.count >= 5, zip(fields, wanted).allSatisfy({ $0.isAny || $0.text == $1 }) { return fields[4].text }
        }
        return nil
    }

    private static func fields(_ line: Substring) -> [(text: String, isAny: Bool)] {
        var fields: [(text: String, isAny: Bool)] = [], field = "", isEscaped = false, hasEscape = false
        for character in line {
            if isEscaped {
                field.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
                hasEscape = true
            } else if character == ":", fields.count < 4 {
                fields.append((field, field == "*" && !hasEscape))
                field = ""
                hasEscape = false
            } else {
                field.append(character)
            }
        }
        return fields + [(field, false)]
    }
}
