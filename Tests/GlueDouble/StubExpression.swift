// Expressions of GetPartitions, as far as Lode writes them.

/// Comparisons, IN, AND and OR over texts and numbers.
enum StubExpression {
    static func holds(_ text: String, _ columns: [String], _ values: [String]) -> Bool {
        var reader = Reader(tokens: tokens(text), columns: columns, values: values)
        return reader.disjunction()
    }

    private static func tokens(_ text: String) -> [String] {
        var found: [String] = [], word = "", isQuoted = false
        func isSign(_ letter: Character) -> Bool { "<>=".contains(letter) }
        for letter in text {
            if isQuoted || letter == "'" {
                word.append(letter)
                if letter == "'" { isQuoted.toggle() }
            } else if letter == " " || "(),".contains(letter) {
                if !word.isEmpty { found.append(word) }
                word = ""
                if letter != " " { found.append(String(letter)) }
            } else {
                word.append(letter)
            }
        }
        return word.isEmpty ? found : found + [word]
    }

    private struct Reader {
        var tokens: [String]
        var at = 0
        let columns: [String], values: [String]

        init(tokens: [String], columns: [String], values: [String]) {
            self.tokens = tokens
            self.columns = columns
            self.values = values
        }

        mutating func next() -> String {
            at += 1
            return at <= tokens.count ? tokens[at - 1] : ""
        }

        var isAnd: Bool { at < tokens.count && tokens[at] == "AND" }
        var isOr: Bool { at < tokens.count && tokens[at] == "OR" }

        mutating func disjunction() -> Bool {
            var result = conjunction()
            while isOr {
                at += 1
                let right = conjunction()
                result = result || right
            }
            return result
        }

        mutating func conjunction() -> Bool {
            var result = term()
            while isAnd {
                at += 1
                let right = term()
                result = result && right
            }
            return result
        }

        mutating func term() -> Bool {
            let first = next()
            if first == "(" {
                let result = disjunction()
                _ = next()
                return result
            }
            let value = columns.firstIndex(of: first).map { values[$0] } ?? ""
            let sign = next()
            if sign == "IN" {
                var isIn = false
                _ = next()
                while at < tokens.count {
                    let token = next()
                    if token == ")" { break }
                    if token != "," { isIn = isIn || order(value, token) == 0 }
                }
                return isIn
            }
            let order = order(value, next())
            switch sign {
            case "=": return order == 0
            case "<>": return order != 0
            case "<": return order < 0
            case "<=": return order <= 0
            case ">": return order > 0
            default: return order >= 0
            }
        }

        private func order(_ value: String, _ literal: String) -> Int {
            if literal.hasPrefix("'") {
                let text = String(literal.dropFirst().dropLast())
                return value == text ? 0 : value < text ? -1 : 1
            }
            let left = Int(value) ?? .min, right = Int(literal) ?? .max
            return left == right ? 0 : left < right ? -1 : 1
        }
    }
}
