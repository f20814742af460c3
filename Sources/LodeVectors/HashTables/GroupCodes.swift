/// Groups by small domains: dictionary codes, booleans and integers close together lead to a group without hashing.

import LodeCore

/// Remembers the row of each combination of key codes, for as long as chunks share dictionaries and ranges.
///
///     code of a row = code of key 0 + size of domain 0 * (code of key 1 + size of domain 1 * …)
///
/// One worker owns it, together with its table.
package final class GroupCodes {
    /// Combinations beyond this are left to hashing.
    private static let maxCodes = 16_384

    private enum Domain {
        /// Codes of a dictionary, and one for NULL.
        case dictionary(Column)
        case boolean
        /// Values from `base` on, and one code for NULL.
        case range(base: Int64, size: Int)
        /// One value for all rows.
        case constant(Column)
    }

    private let table: GroupTable
    private var domains: [(domain: Domain, size: Int)] = []
    /// By code: the address of the group's row, 0 for none.
    private var slotBuffer: Buffer
    private let codeBuffer: Buffer
    private let missing: Selection
    /// Chunks in a row that did not fit; after some, nothing is tried any more.
    private var failures = 0
    /// How many different codes there may be.
    package private(set) var codeCount = 0

    package init(table: GroupTable) throws(SQLError) {
        self.table = table
        slotBuffer = try Buffer.zeroed(byteCount: 8)
        codeBuffer = try Buffer(byteCount: Chunk.capacity * 4)
        missing = try Selection(capacity: Chunk.capacity)
    }

    /// The code of each row of the chunk that `find` saw last.
    package var codes: Lanes<Int32> {
        @_lifetime(borrow self) get { Lanes(codeBuffer.lanes(as: Int32.self, keptBy: self)) }
    }


    /// The row that a code of the latest chunk stands for. Only for codes that occur in it.
    package func row(of code: Int) -> UnsafeMutableRawPointer {
        let slotBuffer = slotBuffer
        return UnsafeMutableRawPointer(bitPattern: slotBuffer.lanes(as: UInt.self)[code]).unsafelyUnwrapped
    }

    /// Finds or makes the group of every row. False, without effect, if the keys' domains are not small.
    package func find(_ columns: [Column], count: Int) throws(SQLError) -> Bool {
        if failures > 16 || columns.isEmpty { return false }
        guard try prepare(columns, count) else {
            failures += 1
            return false
        }
        failures = 0
        let codes = self.codes, slotBuffer = slotBuffer, slots = slotBuffer.lanes(as: UInt.self)
        missing.count = 0
        var i = 0
        while i < count {
            let code = Int(codes[i])
            if slots[code] == 0 {
                // Marked, so that it is listed once.
                slots[code] = 1
                missing[missing.count] = UInt32(truncatingIfNeeded: i)
                missing.count &+= 1
            }
            i &+= 1
        }
        if missing.count > 0 { try addMissing(columns, codes) }
        return true
    }

    /// Writes the row of every code of the latest chunk.
    package func rows(_ count: Int, into out: MutableLanes<UnsafeMutableRawPointer>) {
        let codes = self.codes, slotBuffer = slotBuffer, slots = slotBuffer.lanes(as: UInt.self)
        var i = 0
        while i < count {
            out[i] = UnsafeMutableRawPointer(bitPattern: slots[Int(codes[i])]).unsafelyUnwrapped
            i &+= 1
        }
    }

    private func addMissing(_ columns: [Column], _ codes: Lanes<Int32>) throws(SQLError) {
        var keys: [Column] = []
        for column in columns { keys.append(try column.gather(missing)) }
        let found = try Buffer(byteCount: missing.count * 8)
        let rows = found.lanes(as: UnsafeMutableRawPointer.self)
        try table.findOrCreate(keys, count: missing.count, into: rows)
        // Should the table have forgotten its entries: the rows known here go on collecting, and are merged in the end.
        let slotBuffer = slotBuffer, slots = slotBuffer.lanes(as: UInt.self)
        for j in 0..<missing.count { slots[Int(codes[Int(missing[j])])] = UInt(bitPattern: rows[j]) }
    }

    /// Brings the domains up to date and computes the codes.
    private func prepare(_ columns: [Column], _ count: Int) throws(SQLError) -> Bool {
        if domains.count != columns.count || !fits(columns, count) {
            var fresh: [(domain: Domain, size: Int)] = []
            var product = 1
            for (index, column) in columns.enumerated() {
                guard let found = domain(of: column, count, before: index < domains.count ? domains[index].domain : nil) else {
                    return false
                }
                product *= found.size
                if product > Self.maxCodes { return false }
                fresh.append(found)
            }
            domains = fresh
            codeCount = product
            if slotBuffer.byteCount < product * 8 { slotBuffer = try Buffer.zeroed(byteCount: product * 8) }
            slotBuffer.fill(0)
        }
        return encode(columns, count)
    }

    /// Whether the domains still describe these columns (ranges are checked while encoding).
    private func fits(_ columns: [Column], _ count: Int) -> Bool {
        for (column, known) in zip(columns, domains) {
            switch (known.domain, column.layout) {
            case (.dictionary(let dictionary), .dictionary): if column.dictionary !== dictionary { return false }
            case (.constant(let value), .constant): if RowOrder.compare(value, 0, column, 0) != 0 { return false }
            case (.boolean, .flat): continue
            case (.range(let base, let size), .flat):
                guard let (low, high) = Self.bounds(column, count) else { return false }
                if low < base || high >= base &+ Int64(size) { return false }
            default: return false
            }
        }
        return true
    }

    private func domain(of column: Column, _ count: Int, before: Domain?) -> (domain: Domain, size: Int)? {
        switch column.layout {
        case .dictionary:
            guard let dictionary = column.dictionary, dictionary.count < Self.maxCodes else { return nil }
            return (.dictionary(dictionary), dictionary.count + 1)
        case .constant: return (.constant(column), 1)
        case .flat:
            if column.physical == .bool { return (.boolean, 3) }
            guard column.type.isInteger || column.type == .date, var (low, high) = Self.bounds(column, count) else { return nil }
            if case .range(let base, let size)? = before {
                low = min(low, base)
                high = max(high, base &+ Int64(size) &- 1)
            }
            let (span, overflow) = high.subtractingReportingOverflow(low)
            guard !overflow, span < 4096 else { return nil }
            return (.range(base: low, size: Int(span) + 1), Int(span) + 2)
        }
    }

    /// The least and greatest lane; NULL lanes count, which makes the range at most too wide.
    private static func bounds(_ column: Column, _ count: Int) -> (Int64, Int64)? {
        switch column.physical {
        case .int8: extremes(column.lanes(as: Int8.self), count)
        case .int16: extremes(column.lanes(as: Int16.self), count)
        case .int32: extremes(column.lanes(as: Int32.self), count)
        case .int64: extremes(column.lanes(as: Int64.self), count)
        default: nil
        }
    }

    @inline(__always)
    private static func extremes<Lane: FixedWidthInteger>(_ lanes: Lanes<Lane>, _ count: Int) -> (Int64, Int64)? {
        var low = lanes[0], high = lanes[0]
        var i = 1
        while i < count {
            low = lanes[i] < low ? lanes[i] : low
            high = lanes[i] > high ? lanes[i] : high
            i &+= 1
        }
        return (Int64(truncatingIfNeeded: low), Int64(truncatingIfNeeded: high))
    }

    private func encode(_ columns: [Column], _ count: Int) -> Bool {
        let buffer = codeBuffer
        let out = buffer.lanes(as: Int32.self)
        out.update(repeating: 0, count: count)
        var stride: Int32 = 1
        for (column, known) in zip(columns, domains) {
            switch known.domain {
            case .constant: break
            case .dictionary: add(column.lanes(as: Int32.self), 0, known.size, column.mask, stride, out, count)
            case .boolean: add(column.lanes(as: UInt8.self), 0, known.size, column.mask, stride, out, count)
            case .range(let base, _):
                switch column.physical {
                case .int8: add(column.lanes(as: Int8.self), base, known.size, column.mask, stride, out, count)
                case .int16: add(column.lanes(as: Int16.self), base, known.size, column.mask, stride, out, count)
                case .int32: add(column.lanes(as: Int32.self), base, known.size, column.mask, stride, out, count)
                default: add(column.lanes(as: Int64.self), base, known.size, column.mask, stride, out, count)
                }
            }
            stride &*= Int32(truncatingIfNeeded: known.size)
        }
        return true
    }

    @inline(__always)
    private func add<Lane: FixedWidthInteger>(
        _ lanes: Lanes<Lane>, _ base: Int64, _ size: Int, _ mask: Lanes<UInt64>?, _ stride: Int32,
        _ out: MutableLanes<Int32>, _ count: Int
    ) {
        var i = 0
        if let mask {
            let null = Int32(truncatingIfNeeded: size &- 1)
            while i < count {
                let code = Int32(truncatingIfNeeded: Int64(truncatingIfNeeded: lanes[i]) &- base)
                out[i] &+= (Validity.isValid(mask, i) ? code : null) &* stride
                i &+= 1
            }
        } else {
            while i < count {
                out[i] &+= Int32(truncatingIfNeeded: Int64(truncatingIfNeeded: lanes[i]) &- base) &* stride
                i &+= 1
            }
        }
    }
}
