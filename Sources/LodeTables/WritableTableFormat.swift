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

    /// How columns are found in files that are written for a table that is so declared: by the same names and numbers that `commit`
    /// gives to them.
    /// - Parameters:
    ///   - changes: of columns that are there.
    ///   - base: the table as it is; nil for a new one.
    func columnMatching(
        of declaration: TableDeclaration, by changes: [ColumnChange], over base: (any TableSnapshot)?
    ) throws(SQLError) -> ColumnMatching

    /// Whether files that are there stay right after a change of columns; else their rows must be written again with it.
    /// - Throws: `0A000` naming a change that the format has not.
    func keepsFiles(_ change: ColumnChange, of snapshot: any TableSnapshot) throws(SQLError) -> Bool

    /// What clients of the table must know from now on that they needn't before, by the format's names; for a new table, beyond what all
    /// clients know.
    func requirements(
        of declaration: TableDeclaration, by changes: [ColumnChange], over base: (any TableSnapshot)?
    ) throws(SQLError) -> [String]

    /// How rows of a table that is so declared are laid out in files; nil for folders of partition columns in the table's own, as Hive
    /// has them, whose values are not in the files.
    func layout(of declaration: TableDeclaration, in location: String) throws(SQLError) -> WriteLayout?

    /// Whether a table can be made of files that are there, whose columns have the names that it gives them.
    var adoptsFiles: Bool { get }

    /// Whether a table can have files that lie in another one's folder: `clone`.
    var clones: Bool { get }

    /// Makes a table that has the files of a version of another one.
    /// - Parameter name: of that table, for the history.
    func clone(_ snapshot: any TableSnapshot, named name: String, to location: String, io: any TableIO) throws(SQLError)

    /// Whether a table of this format lies in a folder.
    func isThere(in location: String, io: any TableIO) throws(SQLError) -> Bool

    /// How long files are kept that no version has any more, in microseconds; nil if the table does not say.
    func retention(of snapshot: any TableSnapshot) -> Int64?

    /// Gives up versions that were replaced before `micros`, where a table keeps them until then.
    func expire(_ snapshot: any TableSnapshot, before micros: Int64, io: any TableIO) throws(SQLError)

    /// Whether a table lists the versions that it keeps, so that once others are given up the files of all that are listed are in use,
    /// whatever their time.
    var listsVersions: Bool { get }

    /// The files that a version of a time since `micros` has, by their locations.
    func filesInUse(by snapshot: any TableSnapshot, since micros: Int64, io: any TableIO) throws(SQLError) -> Set<String>

    /// Whether a file of a table's folder, named relative to it, is of no use where no version has it.
    func isData(_ path: String) -> Bool

    /// Whether tables can be divided otherwise one day, and have branches and tags.
    var evolvesLayout: Bool { get }

    /// Whether CHECK constraints are kept in a way of Lode's own, so that other writers do not check them.
    var checksAreOwn: Bool { get }

    /// The aggregate function that makes the sketches of different values which tables of the format keep; nil where they keep none.
    var sketchFunction: String? { get }

    /// How rows of a table change.
    func rowWriting(of snapshot: any TableSnapshot) throws(SQLError) -> RowWriting

    /// The table as it would be with other declarations, one after another, and the files that it has: what statements of a transaction
    /// read and write files for before the commit that declares so.
    func redeclared(_ snapshot: any TableSnapshot, _ declarations: [Redeclaration]) throws(SQLError) -> any TableSnapshot

    /// Publishes a commit as the table's next version, whoever else commits meanwhile, or as its first one.
    /// - Parameter base: the table as the statement found it; nil for one that is not there.
    /// - Returns: the version.
    /// - Throws: `40001` if what others committed since `base` does not go with it.
    func commit(
        _ commit: TableCommit, to base: (any TableSnapshot)?, in location: String, io: any TableIO
    ) throws(SQLError) -> Int64
}

extension WritableTableFormat {
    package var adoptsFiles: Bool { false }
    package var clones: Bool { false }
    package func clone(_ snapshot: any TableSnapshot, named name: String, to location: String, io: any TableIO) throws(SQLError) {
        throw SQLError.unsupported("cloning a table of the \(self.name) format")
    }
    package func retention(of snapshot: any TableSnapshot) -> Int64? { nil }
    package func expire(_ snapshot: any TableSnapshot, before micros: Int64, io: any TableIO) throws(SQLError) {}
    package func layout(of declaration: TableDeclaration, in location: String) throws(SQLError) -> WriteLayout? { nil }
    package var evolvesLayout: Bool { false }
    package var checksAreOwn: Bool { false }
    package var sketchFunction: String? { nil }
    package var listsVersions: Bool { false }

    package func columnMatching(
        of declaration: TableDeclaration, by changes: [ColumnChange], over base: (any TableSnapshot)?
    ) throws(SQLError) -> ColumnMatching { .name }

    package func keepsFiles(_ change: ColumnChange, of snapshot: any TableSnapshot) throws(SQLError) -> Bool {
        throw SQLError.unsupported("this change of a column of a table in the \(name) format")
    }

    package func requirements(
        of declaration: TableDeclaration, by changes: [ColumnChange], over base: (any TableSnapshot)?
    ) throws(SQLError) -> [String] { [] }

    package func rowWriting(of snapshot: any TableSnapshot) throws(SQLError) -> RowWriting { RowWriting() }
}

/// What a table asks of statements that change its rows.
package struct RowWriting: Hashable, Sendable {
    /// Whether rows can go of files that stay: `FileChange.marked`.
    package var marksRows = false
    /// Verbs of statements that write files anew all the same: "UPDATE".
    package var copyingVerbs: Set<String> = []
    /// Whether rows can go of files of which delete files name some already.
    package var marksBesideFiles = false
    /// The folder for files with the rows that change: `FileChange.feed`; nil where the table keeps none.
    package var feedFolder: String?

    package init() {}

    /// The same where several statements make one version: files are written anew, and nobody puts together what they changed.
    package var ofSeveralStatements: RowWriting {
        var writing = self
        writing.marksRows = false
        writing.feedFolder = nil
        return writing
    }

    /// Whether rows that a statement takes away can go of files that stay.
    package func marks(_ verb: String) -> Bool { marksRows && !copyingVerbs.contains(verb) }
}

/// One version of a table, as a statement asks for it.
package struct TableCommit: Sendable {
    package var files: FileChange
    /// What the table is declared to be from now on, the last of them; none where that stays. Each follows from the one before.
    package var declarations: [Redeclaration]
    /// What becomes of branches and tags.
    package var references: [TableReferenceChange] = []
    /// What made it, in SQL's words: "CREATE TABLE", "INSERT", "MERGE".
    package var operation: String
    /// Whether the files of a new table were there before: their columns have nothing but names.
    package var adoptsFiles = false

    /// Whether another table takes the place of one that is there.
    var isReplacement: Bool { operation.hasPrefix("CREATE OR REPLACE") }

    package init(_ files: FileChange, declarations: [Redeclaration] = [], operation: String) {
        self.files = files
        self.declarations = declarations
        self.operation = operation
    }

    /// One that declares the table once: a new one, or one that another takes the place of.
    package init(_ files: FileChange, declaration: TableDeclaration, operation: String) {
        self.init(files, declarations: [Redeclaration(declaration, isRewritten: files.removesEverything)], operation: operation)
    }

    package var declaration: TableDeclaration? { declarations.last?.declaration }
}

/// What a table is declared to be after a change of its definition.
package struct Redeclaration: Sendable {
    package var declaration: TableDeclaration
    /// How columns that were there became those of the declaration, in this order.
    package var columnChanges: [ColumnChange]
    /// Whether all rows are written again with it.
    package var isRewritten: Bool

    package init(_ declaration: TableDeclaration, by columnChanges: [ColumnChange] = [], isRewritten: Bool = false) {
        self.declaration = declaration
        self.columnChanges = columnChanges
        self.isRewritten = isRewritten
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
        package var identity: IdentityColumn?

        package init(
            _ field: Field, maximumLength: Int? = nil, comment: String? = nil, defaultValue: String? = nil, generated: String? = nil,
            identity: IdentityColumn? = nil
        ) {
            self.field = field
            self.maximumLength = maximumLength
            self.comment = comment
            self.defaultValue = defaultValue
            self.generated = generated
            self.identity = identity
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
    /// By what the table is divided, in this order.
    package var partitionTerms: [PartitionTerm]
    package var checks: [Check]
    package var properties: [String: String]
    package var comment: String?
    /// Columns and fields by which rows are kept together; nil for a table that is not clustered, none for one that no longer is.
    package var clustering: [ColumnPath]?

    package init(
        columns: [Column], partitionColumns: [String] = [], checks: [Check] = [], properties: [String: String] = [:],
        comment: String? = nil, clustering: [ColumnPath]? = nil
    ) {
        self.columns = columns
        partitionTerms = partitionColumns.map { PartitionTerm($0) }
        self.checks = checks
        self.properties = properties
        self.comment = comment
        self.clustering = clustering
    }

    /// The columns by which the table is divided as they are.
    package var partitionColumns: [String] {
        get { partitionTerms.filter(\.isColumn).map(\.column) }
        set { partitionTerms = newValue.map { PartitionTerm($0) } }
    }

    /// - Throws: `0A000` naming a term that is no column, for formats that divide by columns alone.
    func requirePartitionColumns() throws(SQLError) {
        guard let term = partitionTerms.first(where: { !$0.isColumn }) else { return }
        throw SQLError.unsupported(
            "partitioning by \(term.sql { $0 })",
            hint: "Partition by a generated column: day date GENERATED ALWAYS AS (CAST(ts AS date)) STORED.")
    }
}
