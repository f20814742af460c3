/// `options=-c name=value …` of a client's start-up, as for PostgreSQL's command line.

import LodeCore

enum StartupOptions {
    /// - Throws: `42601` for what is no `-c name=value` or `--name=value`.
    static func parse(_ text: String) throws(SQLError) -> [StartupMessage.Parameter] {
        var settings: [StartupMessage.Parameter] = []
        var words = self.words(text)[...]
        while let word = words.popFirst() {
            let pair: String
            if word == "-c" {
                guard let next = words.popFirst() else { throw invalid(word) }
                pair = next
            } else if word.hasPrefix("-c") || word.hasPrefix("--") {
                pair = String(word.dropFirst(2))
            } else {
                throw invalid(word)
            }
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else { throw invalid(word) }
            let name = String(parts[0].map { $0 == "-" ? "_" : $0 })
            settings.append(StartupMessage.Parameter(name: name, value: String(parts[1])))
        }
        return settings
    }

    /// Words between blanks; a backslash keeps the next character as it is.
    private static func words(_ text: String) -> [String] {
        var words: [String] = [], word = "", isEscaped = false
        for character in text {
            if isEscaped {
                word.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character.isWhitespace {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    private static func invalid(_ word: String) -> SQLError {
        SQLError(.syntaxError, "invalid command-line argument for server process: \(word)", hint: "Write -c name=value.")
    }
}
