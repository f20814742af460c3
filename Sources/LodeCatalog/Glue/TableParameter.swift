/// The table properties that Lode gives a meaning of its own.

/// Keys in `GlueTable.parameters`.
package enum TableParameter {
    /// What the names of Lode's own properties begin with.
    package static let ownPrefix = "lode."
    /// Names of all columns as a JSON array, where the declared order is not "partition columns last".
    package static let columnOrder = "lode.column_order"
    /// `PartitionTerm.texts` as a JSON array, where the table is divided by more than columns.
    package static let partitioning = "lode.partitioning"
    /// What CHECK, PRIMARY KEY, UNIQUE and FOREIGN KEY declare, as JSON; see `DeclaredConstraint`.
    package static let constraints = "lode.constraints"
    /// The columns of CLUSTER BY, each as the names that lead to it, as JSON.
    package static let clustering = "lode.clustering"
    /// The folder that the catalog has chosen for a table of Glue: if the table is replaced, its files go.
    package static let ownFolder = "lode.own_folder"
    /// The folder of the table whose files a clone has, too.
    package static let clonedFrom = "lode.cloned_from"
    /// Another value after each replacement of partitions of a table of Glue.
    package static let replacement = "lode.replacement"
    /// `true` if partitions of a table of Glue were overwritten, and lie in new folders.
    package static let movedPartitions = "lode.moved_partitions"
    /// The schemas in which names of a view's text are looked up, with commas between them.
    package static let searchPath = "lode.search_path"
    /// Text of the table's comment, as Hive and Glue keep it.
    package static let comment = "comment"
    /// "DELTA", "ICEBERG": how the metadata of an external table is kept, as Glue and Athena say it.
    package static let tableFormat = "table_type"
    /// "parquet", "csv" or "json", where another engine would look for it (Spark's `provider`).
    package static let provider = "spark.sql.sources.provider"
}
