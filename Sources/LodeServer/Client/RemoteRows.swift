/// Rows of a server, as chunks of typed columns.

import LodeCore
import LodeFunctions
import LodeVectors

/// Collects DataRow messages in text format. The types are those of RowDescription, made exact by the first chunk where the wire does not
/// say enough: the scale of a numeric without bounds, the dimensions of an array.
struct RemoteRows {
    private let columns: [ColumnDescription]
    private var cells: [[Value]]
    private(set) var count = 0

    init(_ columns: [ColumnDescription]) {
        self.columns = columns
        cells = columns.map { _ in [] }
    }

    /// - Throws: `08P01` for a row with other columns.
    mutating func append(_ body: [UInt8]) throws(SQLError) {
        var reader = MessageReader(body)
        guard try reader.count(ofEntriesOf: 4) == columns.count else {
            throw SQLError(.protocolViolation, "a row of the server has the wrong number of columns")
        }
        for index in columns.indices {
            let length = try reader.int32()
            let value = length < 0 ? Value.null : .text(SQLText(try EncodedText.decode(try reader.take(Int(length)))))
            cells[index].append(value)
        }
        count += 1
    }

    /// The rows so far, which are forgotten.
    mutating func take() throws(SQLError) -> Chunk {
        defer {
            cells = columns.map { _ in [] }
            count = 0
        }
        var result: [Column] = []
        for (column, values) in zip(columns, cells) { result.append(try Self.column(Self.type(of: column.type, values), values)) }
        return Chunk(columns: result, count: count)
    }

    func fields(of chunk: Chunk) -> [Field] { zip(columns, chunk.columns).map { Field($0.name, $1.type) } }

    static func type(of wire: WireType, _ values: [Value]) -> SQLType {
        let modifier = Int(wire.modifier) - 4
        switch wire.id {
        case ObjectID.numeric:
            if modifier >= 0 {
                let precision = modifier >> 16 & 0xffff, scale = modifier & 0x7ff
                if (1...38).contains(precision), scale <= precision { return .decimal(precision: precision, scale: scale) }
            }
            return numericType(values)
        case ObjectID.bpchar: return modifier > 0 ? .char(modifier) : .varchar
        default:
            guard let type = WireType.type(ofParameter: wire.id) else { return .varchar }
            if case .catalog(let own) = type { return own.isReference || own.base.isNested ? .varchar : type }
            guard case .list(let element) = type else { return type }
            let exact = ObjectID.element(of: wire.id) == ObjectID.numeric ? SQLType.varchar : element
            return (0..<dimensions(values)).reduce(exact) { type, _ in .list(type) }
        }
    }

    /// The decimal that holds all values; text if none does.
    private static func numericType(_ values: [Value]) -> SQLType {
        var scale = 0, whole = 1
        for case .text(let text) in values {
            guard case .decimal(let precision, let own)? = DecimalText.type(of: text.string) else { return .varchar }
            scale = max(scale, own)
            whole = max(whole, precision - own)
        }
        return whole + scale <= 38 ? .decimal(precision: 38, scale: scale) : .varchar
    }

    private static func dimensions(_ values: [Value]) -> Int {
        max(1, values.map { if case .text(let text) = $0 { text.utf8.prefix { $0 == UInt8(ascii: "{") }.count } else { 1 } }.max() ?? 1)
    }

    private static func column(_ type: SQLType, _ values: [Value]) throws(SQLError) -> Column {
        if case .list = type {
            var lists: [Value] = []
            for value in values { lists.append(try list(value, type)) }
            return try Column.make(type, lists)
        }
        let texts = try Column.make(.varchar, values)
        if type == .varchar { return texts }
        guard let cast = Casts.kernel(from: .varchar, to: type, isTry: false) else { return texts }
        return try cast([texts], values.count, FunctionContext(transactionMicros: 0))
    }

    private static func list(_ value: Value, _ type: SQLType) throws(SQLError) -> Value {
        guard case .text(let text) = value, case .list(let element) = type else { return value }
        return try ArrayText.read(text.string, element: element) { (item) throws(SQLError) in
            if case .list = element { return try list(.text(SQLText(item)), element) }
            return try column(element, [.text(SQLText(item))]).value(at: 0)
        }
    }
}
