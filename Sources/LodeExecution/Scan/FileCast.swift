/// From what a file has for a column to what the table has.

import LodeCore
import LodeFunctions
import LodeVectors

struct FileCast: Sendable {
    /// The file's type as the table reads it, where that is another one of the same values.
    var label: SQLType?
    /// The same with JSON for the structs that store variants.
    var variants: SQLType?
    /// What brings it to the table's type; nil if it is so already.
    var kernel: ScalarKernel?
    let functions: FunctionContext
    /// Whether bounds in the file's type are bounds in the table's.
    let keepsValues: Bool
    /// What it puts into structs whose fields the file lacks.
    var defaults: FieldDefaults?
    /// Whether the kernel takes the numbers of rows in their file behind the column.
    var wantsNumbers = false
    /// Where those are in the projection.
    var numbers: Int?

    init(functions: FunctionContext, keepsValues: Bool, kernel: ScalarKernel? = nil) {
        self.functions = functions
        self.keepsValues = keepsValues
        self.kernel = kernel
    }

    func apply(_ column: Column, _ count: Int, numbers: Column? = nil) throws(SQLError) -> Column {
        var column = label.map { column.labeled($0) } ?? column
        if let variants { column = try VariantParts.read(column, as: variants) }
        let result = try kernel?(numbers.map { [column, $0] } ?? [column], count, functions) ?? column
        return try defaults?.apply(result) ?? result
    }
}

extension Column {
    /// The same values under a type that differs in nothing but names and zones, at any depth.
    fileprivate func labeled(_ type: SQLType) -> Column {
        let inner: [SQLType] =
            switch type {
            case .structure(let fields): fields.map(\.type)
            case .list(let element): [element]
            case .map(let key, let value): [key, value]
            default: []
            }
        return retyped(type, children: zip(children, inner).map { $0.labeled($1) })
    }
}
