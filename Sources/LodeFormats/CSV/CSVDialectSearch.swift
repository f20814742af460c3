/// Finding out which delimiter, quote and escape a file uses.

import LodeCore
import LodeVectors

/// Tries every plausible dialect on the first rows and takes the one that makes the most regular table.
///
/// A dialect scores by the share of rows that have the most common number of fields; among those that fit all rows, more
/// columns win, then the order of `delimiters`. Lines before the table (titles, notes) may have fewer fields.
///
/// A quote that is not closed makes a bad row, not another dialect: where more double quotes are closed than are not, they are quotes.
struct CSVDialectSearch {
    private static let delimiters: [[UInt8]] = [",", "|", ";", "\t", ":", " "].map { Array($0.utf8) }
    private static let sampleRows = 500
    /// Rows before the table that are allowed to differ.
    private static let titleRows = 20

    let base: UnsafePointer<UInt8>
    let start: Int
    let count: Int
    let isAtEnd: Bool
    let options: CSVReadOptions

    struct Candidate {
        var dialect: CSVDialect
        var columns: Int
        /// Share of regular rows, behind the title lines.
        var regularity: Double
        var titleRows: Int
        /// The lines that these rows and the empty lines among them take.
        var titleLines = 0
        var quotedFields: Int
        /// Fields with a double quote at just one end, though that is not the quote.
        var cutFields = 0
        /// Rows with a quote that is not closed, or is followed by text.
        var brokenRows = 0
        /// Whether these, or apostrophes, say that the quote is none.
        var isBroken: Bool

        /// Whether nothing speaks against it.
        var isPerfect: Bool { regularity == 1 && titleRows == 0 && !isBroken }
    }

    func find(_ known: CSVDialect) throws(SQLError) -> Candidate {
        var best: Candidate?
        var all: [Candidate] = []
        for dialect in candidates(known) { all.append(try score(dialect)) }
        // Where double quotes make sense, a dialect in which they mean nothing may not cut what they hold.
        let quoting = Set(all.filter { $0.dialect.quote == 34 && $0.quotedFields > 0 && !$0.isBroken }.map(\.dialect.delimiter))
        for candidate in all where candidate.cutFields == 0 || !quoting.contains(candidate.dialect.delimiter) {
            guard let leader = best else {
                best = candidate
                continue
            }
            if isBetter(candidate, leader) { best = candidate }
        }
        guard var found = best else {
            return Candidate(dialect: known, columns: 1, regularity: 1, titleRows: 0, quotedFields: 0, isBroken: false)
        }
        if found.columns > 1, !isTable(found), options.delimiter == nil, options.columns == nil {
            // Prose with commas in it is one column.
            found.dialect.delimiter = [UInt8(ascii: ",")]
            found = try score(found.dialect)
            if found.regularity < 0.6 {
                found.dialect.delimiter = [31]
                found.columns = 1
                found.titleRows = 0
                found.titleLines = 0
            }
        }
        return found
    }

    private func isBetter(_ new: Candidate, _ old: Candidate) -> Bool {
        if let wanted = options.columns?.count, (new.columns == wanted) != (old.columns == wanted) { return new.columns == wanted }
        if let least = options.names?.count, (new.columns >= least) != (old.columns >= least) { return new.columns >= least }
        if new.isBroken != old.isBroken { return old.isBroken }
        let newTable = isTable(new), oldTable = isTable(old)
        if newTable != oldTable { return newTable }
        if new.isPerfect != old.isPerfect { return new.isPerfect }
        // Space and colon occur within strings and times: only where nothing else makes a table.
        let newWeak = isWeak(new.dialect), oldWeak = isWeak(old.dialect)
        if newWeak != oldWeak { return oldWeak }
        if new.regularity != old.regularity { return new.regularity > old.regularity }
        if new.titleRows != old.titleRows { return new.titleRows < old.titleRows }
        if new.brokenRows != old.brokenRows { return new.brokenRows < old.brokenRows }
        if new.dialect.delimiter == old.dialect.delimiter { return new.quotedFields > old.quotedFields }
        return new.columns > old.columns
    }

    private func isTable(_ candidate: Candidate) -> Bool {
        candidate.columns > 1 && (isWeak(candidate.dialect) ? candidate.isPerfect : candidate.regularity >= 0.6)
    }

    private func isWeak(_ dialect: CSVDialect) -> Bool { dialect.delimiter == [32] || dialect.delimiter == [58] }

    /// The dialects to try: one for each choice that the options leave open.
    private func candidates(_ known: CSVDialect) -> [CSVDialect] {
        var list: [CSVDialect] = []
        let quotes: [UInt8?] = options.quote.map { [$0] } ?? [34, 39, nil]
        for delimiter in options.delimiter.map({ [$0] }) ?? Self.delimiters {
            for quote in quotes {
                if let quote, delimiter.contains(quote) { continue }
                let escapes: [UInt8?] = options.escape.map { [$0] } ?? (quote == nil ? [nil] : [quote, 92])
                for escape in escapes {
                    var dialect = known
                    dialect.delimiter = delimiter
                    dialect.quote = quote
                    dialect.escape = escape
                    list.append(dialect)
                }
            }
        }
        return list
    }

    private func score(_ dialect: CSVDialect) throws(SQLError) -> Candidate {
        let splitter = CSVRowSplitter(dialect, columns: nil)
        let capacity = 16_384
        let buffer = try Buffer(byteCount: capacity * 4)
        let ends = buffer.lanes(as: UInt32.self)
        var counts: [Int] = []
        /// Where the first rows begin.
        var starts: [Int] = []
        var quoted = 0, cut = 0, broken = 0, at = start
        while counts.count < Self.sampleRows, at < count {
            let row = splitter.split(base, from: at, count: count, isAtEnd: isAtEnd, ends: ends, capacity: capacity)
            if starts.count == counts.count, starts.count <= Self.titleRows, row.outcome != .noRow { starts.append(at) }
            switch row.outcome {
            case .row:
                counts.append(row.fields)
                tally(dialect, at, ends, min(row.fields, capacity), &quoted, &cut)
            case .noRow: break
            case .needsMore:
                at = count
                continue
            case .unterminatedQuote, .textAfterQuote:
                broken += 1
                counts.append(-1)
            }
            at = row.next
        }
        let isSound = broken == 0 || (dialect.quote == 34 && quoted >= broken && broken * 3 <= counts.count)
        var isBroken = !isSound
        // A lone ' in text is an apostrophe: it quotes only where it stands at both ends of fields.
        if dialect.quote == 39, options.quote == nil, quoted == 0 { isBroken = true }
        var frequency: [Int: Int] = [:]
        for fields in counts where fields > 0 { frequency[fields, default: 0] += 1 }
        // Short rows are filled up to the longest.
        let widest = options.padsShortRows ? frequency.keys.max() : nil
        guard let mode = widest ?? frequency.max(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key else {
            return Candidate(
                dialect: dialect, columns: 1, regularity: counts.isEmpty ? 1 : 0, titleRows: 0, quotedFields: 0, isBroken: isBroken)
        }
        var titles = 0
        if options.skip == nil, options.columns == nil, mode > 1 {
            func isTitle(_ fields: Int) -> Bool { fields != mode && fields * 2 <= mode && (fields >= 0 || !isSound) }
            while titles < min(Self.titleRows, counts.count), isTitle(counts[titles]) { titles += 1 }
        }
        let titleEnd = titles < starts.count ? starts[titles] : start
        let titleLines = (start..<titleEnd).reduce(0) { $0 + (base[$1] == dialect.newline ? 1 : 0) }
        let rest = counts[titles...].filter { !isSound || $0 >= 0 }
        let fitting = rest.reduce(0) { $0 + (fits($1, mode) ? 1 : 0) }
        return Candidate(
            dialect: dialect, columns: mode, regularity: rest.isEmpty ? 0 : Double(fitting) / Double(rest.count), titleRows: titles,
            titleLines: titles > 0 ? titleLines : 0,
            quotedFields: quoted, cutFields: cut, brokenRows: broken, isBroken: isBroken)
    }

    private func fits(_ fields: Int, _ mode: Int) -> Bool {
        fields == mode || (options.padsShortRows && fields > 0 && fields < mode) || (!options.isStrict && fields > mode)
    }

    /// Counts the fields that are quoted, and those that have a double quote at just one end though that is not the quote.
    private func tally(
        _ dialect: CSVDialect, _ rowStart: Int, _ ends: MutableLanes<UInt32>, _ fields: Int, _ quoted: inout Int, _ cut: inout Int
    ) {
        let quote = dialect.quote.map(UInt16.init) ?? 0xffff
        var from = rowStart
        for index in 0..<fields {
            var end = Int(ends[index])
            if index == fields - 1, end > from, base[end - 1] == 13 { end -= 1 }
            if end - from >= 2, UInt16(base[from]) == quote, UInt16(base[end - 1]) == quote { quoted += 1 }
            if quote != 34, end > from, (base[from] == 34) != (base[end - 1] == 34 && end - from > 1) { cut += 1 }
            from = end + dialect.delimiter.count
        }
    }
}
