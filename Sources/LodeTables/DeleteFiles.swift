/// Files that say which rows of data files are deleted: by their positions, or by their values.

import LodeCore

/// A delete file, as the table's metadata describes it.
package struct DeleteFile: Hashable, Sendable {
    /// A location that the object stores resolve.
    package var path: String
    /// Bytes.
    package var size: Int
    /// How it is written: "parquet", "avro", "orc".
    package var fileFormat: String
    /// Deletes that it holds, if the metadata knows.
    package var rowCount: Int?
    /// Which commit it came with: values are deleted from data files of earlier commits only.
    package var sequenceNumber: Int64

    package init(path: String, size: Int, fileFormat: String = "parquet", rowCount: Int? = nil, sequenceNumber: Int64) {
        self.path = path
        self.size = size
        self.fileFormat = fileFormat
        self.rowCount = rowCount
        self.sequenceNumber = sequenceNumber
    }
}

/// The position delete files that may name rows of one data file.
/// - Source: Iceberg spec, "Position Delete Files".
package struct PositionDeletes: Hashable, Sendable {
    /// What the metadata, and with it the delete files, calls the data file: not always where it is found.
    package var dataFile: String
    package var files: [DeleteFile]

    package init(of dataFile: String, files: [DeleteFile]) {
        self.dataFile = dataFile
        self.files = files
    }
}

/// Equality delete files of a table that compare the same columns and apply to the same partition, or to all of them. One object serves
/// all data files to which they may apply, so that a statement reads them once: of which commit a data file is, decides which of them do.
/// - Source: Iceberg spec, "Equality Delete Files"; "Scan Planning".
package final class EqualityDeletes: Sendable {
    /// The columns that must all be equal, NULL being equal to NULL; not empty.
    package let keys: [EqualityKey]
    package let files: [DeleteFile]

    package init(keys: [EqualityKey], files: [DeleteFile]) {
        self.keys = keys
        self.files = files
    }

    /// Whether some of the files apply to data files of a commit.
    package func apply(to sequenceNumber: Int64) -> Bool { files.contains { $0.sequenceNumber > sequenceNumber } }
}

extension EqualityDeletes: Hashable {
    package static func == (left: EqualityDeletes, right: EqualityDeletes) -> Bool { left === right }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A column that equality deletes compare. It may be one that the table no longer has.
package struct EqualityKey: Hashable, Sendable {
    /// From a column of the table down to the field that is compared; one element for a column itself. Each with its field id, its names,
    /// and what rows of files without it have.
    package var path: [MappedColumn]
    /// As the table has the field now, or had it last.
    package var type: SQLType

    package init(path: [MappedColumn], type: SQLType) {
        self.path = path
        self.type = type
    }

    /// The column that the field is in, with nothing in it but the way to the field.
    package var column: MappedColumn {
        var column: MappedColumn?
        for var step in path.reversed() {
            if let inner = column { step.parts = [inner] }
            column = step
        }
        return column ?? MappedColumn(name: "", fileName: "")
    }
}
