// Pages of values: every encoding for every stored type, read in ranges and picked one by one.

import LodeCore
import LodeVectors

@testable import LodeFormats

/// Leaves of every stored type.
enum FuzzLeaf {
    static let all: [ParquetLeaf] = elements.map { element in
        let physical = element.type ?? .boolean
        let meaning = LeafMeaning(element, physical)
        return ParquetLeaf(
            index: 0, path: "c", element: element, physical: physical, definition: 1, repetition: 0, type: meaning.type,
            storage: meaning.storage, refusal: meaning.refusal)
    }

    private static func leaf(_ type: ParquetType, _ meaning: LogicalType? = nil, length: Int? = nil) -> SchemaElement {
        SchemaElement(name: "c", type: type, typeLength: length, repetition: .optional, logicalType: meaning)
    }

    private static let elements: [SchemaElement] = [
        leaf(.boolean), leaf(.int32), leaf(.int32, .date), leaf(.int32, .time(isUTC: true, .millis)),
        leaf(.int32, .integer(bits: 8, signed: true)), leaf(.int32, .integer(bits: 16, signed: true)),
        leaf(.int32, .integer(bits: 32, signed: false)), leaf(.int32, .decimal(scale: 2, precision: 9)),
        leaf(.int32, .decimal(scale: 4, precision: 30)), leaf(.int64), leaf(.int64, .timestamp(isUTC: true, .millis)),
        leaf(.int64, .timestamp(isUTC: false, .micros)), leaf(.int64, .timestamp(isUTC: false, .nanos)),
        leaf(.int64, .time(isUTC: false, .micros)), leaf(.int64, .integer(bits: 64, signed: false)),
        leaf(.int64, .decimal(scale: 3, precision: 18)), leaf(.int64, .decimal(scale: 3, precision: 38)), leaf(.int96), leaf(.float),
        leaf(.double), leaf(.byteArray, .string), leaf(.byteArray), leaf(.byteArray, .json),
        leaf(.byteArray, .decimal(scale: 2, precision: 12)), leaf(.byteArray, .decimal(scale: 10, precision: 38)),
        leaf(.fixedLenByteArray, length: 1), leaf(.fixedLenByteArray, length: 5), leaf(.fixedLenByteArray, length: 20),
        leaf(.fixedLenByteArray, .float16, length: 2), leaf(.fixedLenByteArray, .uuid, length: 16),
        leaf(.fixedLenByteArray, .decimal(scale: 2, precision: 10), length: 6),
        leaf(.fixedLenByteArray, .decimal(scale: 2, precision: 38), length: 16),
        leaf(.fixedLenByteArray, .decimal(scale: 2, precision: 38), length: 21),
        SchemaElement(name: "c", type: .fixedLenByteArray, typeLength: 12, repetition: .optional, convertedType: .interval),
    ]
}

extension FuzzTargets {
    /// Leaf, encoding, rows, rows with a value, dictionary, and then the page.
    static let page = FuzzTarget(name: "page") { input in
        var input = FuzzInput(input)
        let leaf = FuzzLeaf.all[input.byte() % FuzzLeaf.all.count]
        let encodings: [ParquetEncoding] = [
            .plain, .rleDictionary, .rle, .deltaBinaryPacked, .deltaLengthByteArray, .deltaByteArray, .byteStreamSplit, .bitPacked,
        ]
        let encoding = encodings[input.byte() % encodings.count]
        let rows = input.short() % 3000
        let nullEvery = input.byte() % 8
        let nulls = try nulls(rows, nullEvery)
        var dictionary: Column?
        if encoding.isDictionary {
            let count = input.byte()
            let size = input.short()
            let part = input.take(size)
            let buffer = try part.padded()
            let decoded = try DictionaryDecoding.decode(PageBytes(whole: buffer), count: count, leaf)
            try require(decoded.count == count, "a dictionary has \(count) values")
            try ColumnRules.check(decoded)
            dictionary = decoded
        }
        let buffer = try input.padded()
        let values = nulls?.valueCount ?? rows
        func open() throws(SQLError) -> DataPage {
            let none = PageBytes(buffer, 0, 0)
            let raw = RawPage(repetition: none, definition: none, values: PageBytes(whole: buffer))
            return try PageDecoding.decode(raw, encoding: encoding, entries: rows, nulls: nulls, leaf)
        }
        do {
            let ranges = try read(try open(), leaf, dictionary, values, isPicking: false)
            for column in ranges { try ColumnRules.check(column) }
            let picked = try read(try open(), leaf, dictionary, values, isPicking: true)
            try compare(ranges, picked)
        } catch let error as SQLError { try clean(error) }
    }

    /// Every `every`th row is NULL; 0: none.
    private static func nulls(_ rows: Int, _ every: Int) throws(SQLError) -> PageNulls? {
        guard every > 0 else { return nil }
        let levels = try Buffer(byteCount: max(rows, 1))
        let out = levels.lanes(as: UInt8.self)
        for row in 0..<rows { out[row] = row % every == 0 ? 0 : 1 }
        return try PageNulls.make(levels: levels, atLeast: 1, rows: rows)
    }

    /// All values in columns of a chunk's size, or two of three of them.
    private static func read(
        _ page: DataPage, _ leaf: ParquetLeaf, _ dictionary: Column?, _ count: Int, isPicking: Bool
    ) throws(SQLError) -> [Column] {
        let reader = try ValueReader(leaf)
        reader.dictionary = dictionary
        var columns: [Column] = []
        var first = 0
        while first < count {
            let take = min(count - first, 700)
            let picks = isPicking ? (first..<first + take).filter { $0 % 3 != 1 }.map { UInt32($0) } : []
            if isPicking, picks.isEmpty { return columns }
            let target = try LaneTarget(leaf.type, count: isPicking ? picks.count : take, dictionary: isPicking ? nil : dictionary)
            if isPicking {
                try picks.withUnsafeBufferPointer { (picks) throws(SQLError) in
                    guard let base = picks.baseAddress else { return }
                    try reader.decode(page, first: 0, Lanes(base, keptBy: picks), picks.count, target, target.lane(0))
                }
            } else {
                try reader.decode(page, first: first, nil, take, target, target.lane(0))
            }
            columns.append(target.column())
            first += take
        }
        return columns
    }

    private static func compare(_ ranges: [Column], _ picked: [Column]) throws {
        var first = 0
        for (range, picks) in zip(ranges, picked) {
            var row = 0
            for i in 0..<picks.count {
                while (first + row) % 3 == 1 { row += 1 }
                let (mine, other) = (range.value(at: row), picks.value(at: i))
                try require("\(mine)" == "\(other)", "value \(first + row) is \(mine) in a range and \(other) by itself")
                row += 1
            }
            first += range.count
        }
    }
}
