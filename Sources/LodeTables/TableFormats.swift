/// The table formats that Lode knows.

import LodeCore

package enum TableFormats {
    /// To add a format, add its folder and an element. The first one is that of tables that name none.
    package static let all: [any TableFormat] = [HiveFormat(), DeltaFormat(), IcebergFormat()]

    /// The format of a table that names none: a folder of files.
    package static var folders: any TableFormat { all[0] }

    /// The format of that name, if its tables keep a log of their own.
    package static func logged(_ name: String) -> (any TableFormat)? { all.dropFirst().first { $0.name == name.lowercased() } }

    /// - Throws: `0A000` for a format that is not there, naming those that are.
    package static func named(_ name: String?) throws(SQLError) -> any TableFormat {
        guard let name else { return folders }
        if let format = all.first(where: { $0.name == name.lowercased() }) { return format }
        throw SQLError.unsupported(
            "the table format \(name.lowercased())", hint: "Known table formats: \(all.map(\.name).joined(separator: ", ")).")
    }
}
