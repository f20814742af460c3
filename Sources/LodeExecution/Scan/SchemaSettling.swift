/// The columns of a set of files, put together file by file.

import LodeCore
import LodeFormats

/// Takes the schemas of some files of a set, in their order.
struct SchemaSettling {
    /// Whether a file may have other columns than the first.
    let mayLack: Bool
    /// Whether types come from samples of the files' strings, so that one file alone does not settle them.
    let sniffsTypes: Bool
    private var union: SchemaUnion
    /// The first file that tells something.
    private var origin: String?

    /// `fallsBackToText`: whether columns of types that don't go together are text, rather than an error.
    init(mayLack: Bool, sniffsTypes: Bool, fallsBackToText: Bool) {
        union = SchemaUnion(fallsBackToText: fallsBackToText)
        self.mayLack = mayLack
        self.sniffsTypes = sniffsTypes
    }

    /// - Throws: `42804` if two files have types for a column that don't go together.
    mutating func add(_ scan: any FileScan, _ path: String) throws(SQLError) {
        // A text file without a header and rows tells nothing.
        let isEmpty = sniffsTypes && scan.rowCount == 0
        if isEmpty, origin != nil { return }
        let guessed = scan.guessedColumns
        var fields = scan.schema.fields
        for index in fields.indices where guessed.contains(index) { fields[index].type = .null }
        if origin != nil, !mayLack {
            let names = Set(union.fields.map { $0.name.lowercased() })
            fields.removeAll { !names.contains($0.name.lowercased()) }
        }
        if origin == nil { union.removeAll() }
        try union.add(fields, from: path)
        if origin == nil, !isEmpty { origin = path }
    }

    /// The columns; without any value in sight they are text.
    var fields: [Field] { union.fields.map { Field($0.name, Self.known($0.type), nullable: $0.nullable) } }

    private static func known(_ type: SQLType) -> SQLType {
        switch type {
        case .null: .varchar
        case .list(let element): .list(known(element))
        case .map(let key, let value): .map(key: known(key), value: known(value))
        case .structure(let fields): .structure(fields.map { Field($0.name, known($0.type), nullable: $0.nullable) })
        default: type
        }
    }

    /// What the next file to be sniffed may know.
    var soFar: SettledColumns? { columns(isFinal: false) }
    /// What all files are read with.
    var settled: SettledColumns? { columns(isFinal: true) }

    private func columns(isFinal: Bool) -> SettledColumns? {
        guard sniffsTypes, let origin else { return nil }
        return SettledColumns(schema: Schema(fields), origin: origin, mayLack: mayLack, isFinal: isFinal, holds: SchemaUnion.holds)
    }

    /// Whether a file that was opened before has the types that the columns have now.
    func agrees(with scan: any FileScan) -> Bool {
        let schema = Schema(fields)
        return scan.schema.fields.allSatisfy { field in schema.index(of: field.name).map { schema.fields[$0].type == field.type } ?? true }
    }
}
