/// Writing rows to files: where CREATE TABLE AS, INSERT and COPY end.

import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables
import LodeVectors
import Synchronization

/// What to write and where.
package struct WriteSpecification: Sendable {
    /// All columns of the rows, in order.
    package var schema: Schema
    package var format: any FileFormat
    package var options: FormatOptions
    /// Positions in `schema` of the columns that split the rows into folders.
    package var partitionColumns: [Int]
    /// Aligned with those: what makes the values of partitions of the columns'; without any, the columns' own values are meant.
    package var transforms: [any ColumnTransform] = []
    /// Whether the partition columns are in the files too.
    package var keepsPartitionColumns: Bool
    /// What the rows must satisfy; nil for files that belong to no table.
    package var constraints: RowConstraints?
    /// The path for the file of this number, from 0, with rows of one partition.
    package var path: @Sendable (_ partition: [Value], _ number: Int) -> String
    /// Size at which a file is closed and another begun; nil for one file a partition, whatever its size.
    package var fileBytes: Int?

    package init(
        schema: Schema, format: any FileFormat, options: FormatOptions, partitionColumns: [Int] = [],
        keepsPartitionColumns: Bool = false, constraints: RowConstraints? = nil, fileBytes: Int? = nil,
        path: @escaping @Sendable ([Value], Int) -> String
    ) {
        self.schema = schema
        self.format = format
        self.options = options
        self.partitionColumns = partitionColumns
        self.keepsPartitionColumns = keepsPartitionColumns
        self.constraints = constraints
        self.fileBytes = fileBytes
        self.path = path
    }

    /// The positions of the columns that go into the files.
    var fileColumns: [Int] {
        schema.fields.indices.filter { keepsPartitionColumns || !partitionColumns.contains($0) }
    }

    var fileSchema: Schema { Schema(fileColumns.map { schema.fields[$0] }) }
}

/// Workers write into shared files, one file a partition at a time. Nothing refers to the files until the caller publishes
/// them; on failure `abort` removes them.
///
/// Files of a query that has an order hold the rows in that order; of partitioned ones, each row group does.
package final class TableWriteSink: Sink {
    let specification: WriteSpecification
    let files: OpenFiles
    private let blocks: RowBlocks
    private let rest: PartitionedRest
    private let leavesOpen: Bool

    /// - Parameters:
    ///   - alwaysWrites: makes a file without rows if there are none (COPY TO 'file').
    ///   - order: of the query's rows.
    ///   - leavesOpen: whether the rows of another query follow: files stay open, and rows that make no full block wait.
    /// - Throws: `22023` for wrong options.
    package init(
        _ specification: WriteSpecification, to destination: any ObjectDestination, alwaysWrites: Bool = false, order: BatchOrder?,
        memory: MemoryBudget, leavesOpen: Bool = false
    ) throws(SQLError) {
        self.specification = specification
        self.leavesOpen = leavesOpen
        files = OpenFiles(specification, destination, alwaysWrites: alwaysWrites)
        let blockRows = try specification.format.blockRows(schema: specification.fileSchema, options: specification.options)
        blocks = RowBlocks(specification, files, order, WriteReservation(memory), blockRows: blockRows)
        rest = PartitionedRest(files, blockRows: blockRows)
    }

    /// Goes on with the files that an earlier query has left open, and ends them. The rows are known to fulfil the constraints.
    package init(after first: TableWriteSink, order: BatchOrder?) {
        var specification = first.specification
        specification.constraints = nil
        self.specification = specification
        leavesOpen = false
        files = first.files
        blocks = RowBlocks(specification, after: first.blocks, order)
        rest = first.rest
    }

    package func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        specification.partitionColumns.isEmpty
            ? blocks.worker(context) : PartitionedWriter(specification, files, rest, context.memory, leavesRest: leavesOpen)
    }

    package func finalTasks(_ context: ExecutionContext) throws(SQLError) -> [FinalTask] {
        if leavesOpen { return [] }
        return specification.partitionColumns.isEmpty ? try blocks.rest() : rest.tasks()
    }

    package func complete(_ context: ExecutionContext) throws(SQLError) { if !leavesOpen { try files.finish() } }

    /// The finished files. Call after the query has run.
    package var written: [DataFile] { files.written }

    /// Removes everything that was written.
    package func abort() { files.abort() }
}
