/// What to do with the fields of an Avro record, in the order in which they lie there.

import LodeCore

/// Which fields of a record are wanted, and where they go.
package struct AvroWish: Sendable {
    package enum Target: Sendable {
        /// A cell of the row.
        case cell(Int)
        /// Fields of a record.
        case fields([AvroWish])
        /// A list of the row: of each element the cells `first ..< first + count`, to which `elements` lead.
        case list(Int, elements: [AvroWish], first: Int, count: Int)
        /// A list of pairs of a whole number and a value, cells `first` and `first + 1`; how maps with such keys are written.
        case pairs(Int, first: Int)
    }

    package var id: Int?
    package var name: String
    package var target: Target

    /// - Parameter id: by which the field is found where the writer numbers fields; elsewhere it is by name.
    package init(_ id: Int?, _ name: String, _ target: Target) {
        self.id = id
        self.name = name
        self.target = target
    }
}

/// A record's schema as instructions, one after another: what is not wanted is stepped over.
struct AvroProgram: Sendable {
    enum Code: UInt8 {
        case skipLong, skipBytes, skip
        case long, boolean, float, double, bytes, fixed
        /// Takes the branch whose number follows: `a` is where the table of branches begins, `b` how many there are.
        case union
        /// Goes on at `a`.
        case jump
        /// Runs what follows, up to `a`, for each element.
        case array
        /// Adds `b` cells from `a` on to list `slot`; of pairs, those of certain keys.
        case emit, emitPair
    }

    struct Step {
        var code: Code
        /// The cell, or the list.
        var slot: Int32 = 0
        var a: Int32 = 0
        var b: Int32 = 0
    }

    private(set) var steps: [Step] = []
    private(set) var branches: [Int32] = []
    private(set) var cells = 0
    private(set) var lists = 0

    /// - Throws: `XX001` if the schema is no record, or a wanted field is of a kind that its reader can't use.
    init(_ schema: AvroSchema, _ wishes: [AvroWish]) throws(SQLError) {
        guard case .record = schema.kind else { throw AvroContainer.corrupted("its schema is no record") }
        note(wishes)
        try compile(schema, .fields(wishes), "record")
        guard steps.count < Int(Int32.max) else { throw AvroContainer.corrupted("its schema is too large") }
    }

    /// Makes room for all cells and lists, also for those that the writer does not have.
    private mutating func note(_ wishes: [AvroWish]) {
        for wish in wishes {
            switch wish.target {
            case .cell(let cell): cells = max(cells, cell + 1)
            case .fields(let fields): note(fields)
            case .list(let list, let elements, let first, let count):
                lists = max(lists, list + 1)
                cells = max(cells, first + count)
                note(elements)
            case .pairs(let list, let first):
                lists = max(lists, list + 1)
                cells = max(cells, first + 2)
            }
        }
    }

    private mutating func add(_ code: Code, _ slot: Int = 0, _ a: Int = 0, _ b: Int = 0) {
        steps.append(Step(code: code, slot: Int32(slot), a: Int32(a), b: Int32(b)))
    }

    private mutating func compile(_ schema: AvroSchema, _ target: AvroWish.Target?, _ name: String) throws(SQLError) {
        switch (schema.kind, target) {
        case (.union(let options), _): try compileUnion(options, target, name)
        case (.null, _): break
        case (.record(let fields), .fields(let wishes)?):
            for field in fields {
                let wish = wishes.first { $0.id != nil && field.id != nil ? $0.id == field.id : $0.name == field.name }
                try compile(field.schema, wish?.target, field.name)
            }
        case (.record(let fields), nil): for field in fields { try compile(field.schema, nil, field.name) }
        case (.array(let element), .list(let list, let wishes, let first, let count)?):
            try compileArray {
                (program) throws(SQLError) in
                // Elements that are no records are the first cell.
                let inner: AvroWish.Target = if case .record = element.kind { .fields(wishes) } else { .cell(first) }
                let before = program.steps.count
                try program.compile(element, inner, name)
                // What takes no bytes could be there any number of times.
                guard program.steps.count > before else { throw Self.unusable(name) }
                program.add(.emit, list, first, count)
            }
        case (.array(let element), .pairs(let list, let first)?):
            guard case .record(let fields) = element.kind, fields.count == 2 else { throw Self.unusable(name) }
            try compileArray {
                (program) throws(SQLError) in
                let before = program.steps.count
                for (place, field) in fields.enumerated() { try program.compile(field.schema, .cell(first + place), field.name) }
                guard program.steps.count > before else { throw Self.unusable(name) }
                program.add(.emitPair, list, first, 2)
            }
        case (.array(let element), nil):
            try compileArray { (program) throws(SQLError) in try program.compile(element, nil, name) }
        case (.map(let value), nil):
            try compileArray {
                (program) throws(SQLError) in
                program.add(.skipBytes)
                try program.compile(value, nil, name)
            }
        case (_, .cell(let cell)?): try compileCell(schema.kind, cell, name)
        case (_, nil): compileSkip(schema.kind)
        default: throw Self.unusable(name)
        }
    }

    private mutating func compileUnion(
        _ options: [AvroSchema], _ target: AvroWish.Target?, _ name: String
    ) throws(SQLError) {
        let table = branches.count
        add(.union, 0, table, options.count)
        branches += Array(repeating: 0, count: options.count)
        var jumps: [Int] = []
        for (index, option) in options.enumerated() {
            branches[table + index] = Int32(steps.count)
            try compile(option, target, name)
            jumps.append(steps.count)
            add(.jump)
        }
        for jump in jumps { steps[jump].a = Int32(steps.count) }
    }

    private mutating func compileArray(_ body: (inout AvroProgram) throws(SQLError) -> Void) throws(SQLError) {
        let start = steps.count
        add(.array)
        try body(&self)
        steps[start].a = Int32(steps.count)
    }

    private mutating func compileCell(_ kind: AvroSchema.Kind, _ cell: Int, _ name: String) throws(SQLError) {
        switch kind {
        case .boolean: add(.boolean, cell)
        case .int, .long, .enumeration: add(.long, cell)
        case .float: add(.float, cell)
        case .double: add(.double, cell)
        case .bytes, .string: add(.bytes, cell)
        case .fixed(let size): add(.fixed, cell, size)
        default: throw Self.unusable(name)
        }
    }

    private mutating func compileSkip(_ kind: AvroSchema.Kind) {
        switch kind {
        case .boolean: add(.skip, 0, 1)
        case .int, .long, .enumeration: add(.skipLong)
        case .float: add(.skip, 0, 4)
        case .double: add(.skip, 0, 8)
        case .bytes, .string: add(.skipBytes)
        case .fixed(let size): if size > 0 { add(.skip, 0, size) }
        case .null, .array, .map, .union, .record: break
        }
    }

    private static func unusable(_ name: String) -> SQLError {
        AvroContainer.corrupted("its field \"\(name)\" is of another type than it must be")
    }
}
