/// The table properties that Lode gives a meaning of its own.

/// Keys in `GlueTable.parameters`.
package enum TableParameter {
    /// Names of all columns as a JSON array, where the declared order is not "partition columns last".
    package static let columnOrder = "lode.column_order"
    /// Text of the table's comment, as Hive and Glue keep it.
    package static let comment = "comment"
    /// "parquet", "csv" or "json", where another engine would look for it (Spark's `provider`).
    package static let provider = "spark.sql.sources.provider"
}
