/// Table formats whose tables Lode writes.

import LodeCore

/// Turns what a statement wants to become of a table into the format's own commit.
///
///     snapshot, FileChange, TableDeclaration  ─▶  commit  ─▶  TableIO.putIfAbsent: the next version, or 40001
///
/// Pure protocol code, as reading is: it writes metadata files through `TableIO`, and data files never.
package protocol WritableTableFormat: TableFormat, NumberedLog {
    /// What the table demands of its rows, for statements that write some.
    /// - Throws: `0A000` naming what a writer of this table must do and Lode does not.
    func declaration(of snapshot: any TableSnapshot) throws(SQLError) -> TableDeclaration

    /// Checks that a table can be made so.
    /// - Throws: `0A000` naming a type or property that the format or Lode has not.
    func check(_ declaration: TableDeclaration) throws(SQLError)

    /// How columns are found in the files of a table that is made so.
    func columnMatching(of declaration: TableDeclaration) throws(SQLError) -> ColumnMatching

    /// Whether CREATE OR REPLACE is a version of the table that is there; else the new one needs a folder of its own.
    var replacesInPlace: Bool { get }

    /// Whether a table of this format lies in a folder.
    func isThere(in location: String, io: any TableIO) throws(SQLError) -> Bool

    /// The files that a version of a time since `micros` has, by their locations.
    func filesInUse(by snapshot: any TableSnapshot, since micros: Int64, io: any TableIO) throws(SQLError) -> Set<String>

    /// Whether a file of a table's folder, named relative to it, is none of the log's.
    func isData(_ path: String) -> Bool

    /// Publishes a commit as the table's next version, whoever else commits meanwhile, or as its first one.
    /// - Parameter base: the table as the statement found it; nil for one that is not there.
    /// - Returns: the version.
    /// - Throws: `40001` if what others committed since `base` does not go with it.
    func commit(
        _ commit: TableCommit, to base: (any TableSnapshot)?, in location: String, io: any TableIO
    ) throws(SQLError) -> Int64
}

extension WritableTableFormat {
    package func columnMatching(of declaration: TableDeclaration) throws(SQLError) -> ColumnMatching { .name }
    package var replacesInPlace: Bool { true }
}

/// One version of a table, as a statement asks for it.
package struct TableCommit: Sendable {
    package var files: FileChange
    /// What the table is declared to be from now on; nil where that stays.
    package var declaration: TableDeclaration?
    /// What made it, in SQL's words: "CREATE TABLE", "INSERT", "MERGE".
    package var operation: String

    package init(_ files: FileChange, declaration: TableDeclaration? = nil, operation: String) {
        self.files = files
        self.declaration = declaration
        self.operation = operation
    }
}

/// What is declared of a table: what its metadata must say, whatever the format.
package struct TableDeclaration: Hashable, Sendable {
    package struct Column: Hashable, Sendable {
        package var field: Field
        /// The n of `varchar(n)`.
        package var maximumLength: Int?
        package var comment: String?
        /// SQL.
        package var defaultValue: String?
        /// SQL.
        package var generated: String?

        package init(
            _ field: Field, maximumLength: Int? = nil, comment: String? = nil, defaultValue: String? = nil, generated: String? = nil
        ) {
            self.field = field
            self.maximumLength = maximumLength
            self.comment = comment
            self.defaultValue = defaultValue
            self.generated = generated
        }
    }

    /// A condition that no row may make false, or NULL.
    package struct Check: Hashable, Sendable {
        package var name: String
        /// SQL.
        package var condition: String

        package init(_ name: String, _ condition: String) {
            self.name = name
            self.condition = condition
        }
    }

    package var columns: [Column]
    /// In the order of the partitioning.
    package var partitionColumns: [String]
    package var checks: [Check]
    package var properties: [String: String]
    package var comment: String?

    package init(
        columns: [Column], partitionColumns: [String] = [], checks: [Check] = [], properties: [String: String] = [:],
        comment: String? = nil
    ) {
        self.columns = columns
        self.partitionColumns = partitionColumns
        self.checks = checks
        self.properties = properties
        self.comment = comment
    }
}
