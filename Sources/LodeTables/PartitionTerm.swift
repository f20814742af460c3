/// By what the rows of a table are divided.

import LodeCore
import LodeVectors

/// What makes the values of partitions of the values of columns.
package protocol ColumnTransform: Sendable {
    func apply(_ column: Column) throws(SQLError) -> Column
}

/// A column, or what a transform makes of its values.
///
///     PARTITIONED BY (country, day(ts), bucket(16, id))
///                     identity  .day     .bucket(16)
package struct PartitionTerm: Hashable, Sendable {
    package var column: String
    /// `identity` where the column itself is meant, which every format has; the others are Iceberg's.
    package var transform: IcebergTransform
    /// What the term is called, where that is not what it is called by custom.
    package var givenName: String?

    package init(_ column: String, _ transform: IcebergTransform = .identity, name: String? = nil) {
        self.column = column
        self.transform = transform
        givenName = name == Self.customaryName(column, transform) ? nil : name
    }

    package var isColumn: Bool { transform == .identity }

    /// What folders and metadata call it.
    package var name: String { givenName ?? Self.customaryName(column, transform) }

    /// - Source: Iceberg's Java library, `PartitionSpec.Builder`, and its Spark extension for names that are not given.
    private static func customaryName(_ column: String, _ transform: IcebergTransform) -> String {
        switch transform {
        case .identity: column
        case .bucket: column + "_bucket"
        case .truncate: column + "_trunc"
        case .year: column + "_year"
        case .month: column + "_month"
        case .day: column + "_day"
        case .hour: column + "_hour"
        case .void: column + "_null"
        case .unknown(let text): column + "_" + text
        }
    }

    /// As PARTITIONED BY has it: `bucket(16, "id")`.
    package func sql(_ quoted: (String) -> String) -> String {
        switch transform {
        case .identity: quoted(column)
        case .bucket(let count): "bucket(\(count), \(quoted(column)))"
        case .truncate(let width): "truncate(\(width), \(quoted(column)))"
        default: "\(transform.text)(\(quoted(column)))"
        }
    }

    // MARK: Kept as texts

    /// What `init(kept:)` reads.
    package static func texts(_ terms: [PartitionTerm]) -> [String] {
        terms.flatMap { [$0.column, $0.transform.text, $0.givenName ?? ""] }
    }

    /// Nil for texts that are none of `texts`.
    package static func terms(_ texts: [String]) -> [PartitionTerm]? {
        guard texts.count % 3 == 0 else { return nil }
        return stride(from: 0, to: texts.count, by: 3).map { place in
            let name = texts[place + 2]
            return PartitionTerm(texts[place], IcebergTransform(texts[place + 1]), name: name.isEmpty ? nil : name)
        }
    }
}

/// How the rows of a table are laid out in the files that are written.
package struct WriteLayout: Sendable {
    /// What the values of each file's partition are, in their order; none for a table that is not divided.
    package var terms: [PartitionTerm]
    /// Where data files lie, without a slash at the end.
    package var folder: String

    package init(_ terms: [PartitionTerm], in folder: String) {
        self.terms = terms
        self.folder = folder
    }

    /// The folder of a partition, with all that leads to it.
    package func place(_ values: [Value]) -> String {
        guard !terms.isEmpty else { return folder }
        return TablePath.join(folder, IcebergPath.folder(zip(terms, values).map { (name: $0.name, transform: $0.transform, value: $1) }))
    }
}
