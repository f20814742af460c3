/// Dates and times of partition projection: ranges, steps and Java's patterns.

import Foundation
import LodeCore
import LodeTables

/// Patterns of `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss` and literal text, as DateTimeFormatter reads them; UTC.
/// - Source: Amazon Athena User Guide, "Supported types for partition projection", "Date type".
struct ProjectedDates {
    private static let mostSteps = 1_000_000
    let format: String
    /// Microseconds since 1970-01-01 UTC.
    let now: Int64

    /// What steps count.
    private enum Unit: String, CaseIterable {
        case years = "YEAR", months = "MONTH", weeks = "WEEK", days = "DAY", hours = "HOUR", minutes = "MINUTE", seconds = "SECOND"

        init?(_ text: some StringProtocol) {
            let word = text.uppercased()
            guard let unit = Self.allCases.first(where: { word == $0.rawValue || word == $0.rawValue + "S" }) else { return nil }
            self = unit
        }
    }

    /// Nil if range or pattern cannot be read.
    func values(
        of column: Field, range: String, interval: String?, unit: String?
    ) throws(SQLError) -> [(text: String, value: Value)]? {
        let bounds = range.split(separator: ",").map { bound($0.trimmingCharacters(in: .whitespaces)) }
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], let parts else { return nil }
        let finest: Unit = parts.contains("ss") ? .seconds : parts.contains("mm") ? .minutes : parts.contains("HH") ? .hours
            : parts.contains("dd") ? .days : parts.contains("MM") ? .months : .years
        guard let unit = unit.map({ Unit($0) }) ?? finest, let step = Int64(interval ?? "1"), step > 0 else { return nil }
        var found: [(text: String, value: Value)] = [], at = first, count: Int64 = 0
        while at <= last {
            guard count < Self.mostSteps else { return nil }
            let text = write(at, parts)
            if found.last?.text != text {
                guard let value = PartitionText.read(text, as: column.type) else { return nil }
                found.append((text, value))
            }
            count += 1
            guard let next = Self.add(step &* count, unit, to: first) else { return nil }
            at = next
        }
        return found
    }

    /// The pattern in pieces; nil if it has others than are known.
    private var parts: [String]? {
        var found: [String] = [], isQuoted = false
        for letter in format {
            if letter == "'" {
                isQuoted.toggle()
            } else if !isQuoted, letter.isLetter {
                if found.last?.first == letter { found[found.count - 1].append(letter) } else { found.append(String(letter)) }
            } else {
                found.append("=" + String(letter))
            }
        }
        let known: Set<String> = ["yyyy", "uuuu", "MM", "dd", "HH", "mm", "ss"]
        return !found.isEmpty && found.allSatisfy { known.contains($0) || $0.hasPrefix("=") } ? found : nil
    }

    private func write(_ seconds: Int64, _ parts: [String]) -> String {
        let days = Self.floor(seconds, 86_400), rest = seconds - days * 86_400
        let date = CivilDate.civil(fromDays: days)
        func padded(_ number: Int64, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        return parts.map { part in
            switch part {
            case "yyyy", "uuuu": padded(date.year, 4)
            case "MM": padded(Int64(date.month), 2)
            case "dd": padded(Int64(date.day), 2)
            case "HH": padded(rest / 3600, 2)
            case "mm": padded(rest / 60 % 60, 2)
            case "ss": padded(rest % 60, 2)
            default: String(part.dropFirst())
            }
        }.joined()
    }

    /// A date in the pattern, or `NOW` with a distance: `NOW-3YEARS`. Seconds since 1970.
    private func bound(_ text: String) -> Int64? {
        guard text.uppercased().hasPrefix("NOW") else { return read(text) }
        let seconds = Self.floor(now, 1_000_000), rest = text.dropFirst(3).filter { $0 != " " }
        guard let sign = rest.first else { return seconds }
        let digits = rest.dropFirst().prefix { $0.isNumber }
        guard sign == "-" || sign == "+", let count = Int64(digits), count < 1_000_000_000,
            let unit = Unit(rest.dropFirst(1 + digits.count))
        else { return nil }
        return Self.add(sign == "-" ? -count : count, unit, to: seconds)
    }

    private func read(_ text: String) -> Int64? {
        guard let parts else { return nil }
        var rest = text[...], fields: [String: Int64] = [:]
        for part in parts {
            if part.hasPrefix("=") {
                guard rest.first == part.last else { return nil }
                rest = rest.dropFirst()
            } else {
                let digits = rest.prefix(part.count)
                guard digits.count == part.count, let number = Int64(digits), number >= 0 else { return nil }
                fields[part == "uuuu" ? "yyyy" : part] = number
                rest = rest.dropFirst(part.count)
            }
        }
        guard rest.isEmpty, let year = fields["yyyy"], let month = Int(exactly: fields["MM"] ?? 1), (1...12).contains(month),
            let day = Int(exactly: fields["dd"] ?? 1), (1...31).contains(day)
        else { return nil }
        let time = (fields["HH"] ?? 0) * 3600 + (fields["mm"] ?? 0) * 60 + (fields["ss"] ?? 0)
        return CivilDate.days(year: year, month: month, day: day) * 86_400 + time
    }

    private static func floor(_ number: Int64, _ by: Int64) -> Int64 { number >= 0 ? number / by : (number - by + 1) / by }

    /// Nil beyond what a date can be.
    private static func add(_ count: Int64, _ unit: Unit, to seconds: Int64) -> Int64? {
        let lengths: [Unit: Int64] = [.weeks: 604_800, .days: 86_400, .hours: 3600, .minutes: 60, .seconds: 1]
        if let length = lengths[unit] {
            let (distance, overflows) = count.multipliedReportingOverflow(by: length)
            let (sum, tooFar) = seconds.addingReportingOverflow(distance)
            return overflows || tooFar ? nil : sum
        }
        let days = floor(seconds, 86_400), date = CivilDate.civil(fromDays: days)
        let (months, overflows) = count.multipliedReportingOverflow(by: unit == .years ? 12 : 1)
        guard !overflows, abs(months) < 12_000_000 else { return nil }
        let total = date.year * 12 + Int64(date.month - 1) + months
        let year = floor(total, 12), month = Int(total - year * 12) + 1
        let start = CivilDate.days(year: year, month: month, day: 1)
        let next = CivilDate.days(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
        return (start + min(Int64(date.day), next - start) - 1) * 86_400 + seconds - days * 86_400
    }
}
