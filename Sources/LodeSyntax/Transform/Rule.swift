/// The grammar's rules that the transform knows by name.

/// A rule of `grammar/`. A test holds these names against the grammar.
enum Rule: String, CaseIterable {
    /// A rule that only groups others.
    case untagged = ""
    case tableName = "table_name"
    case schemaName = "schema_name"
    case newName = "new_name"
    case anyName = "any_name"
    case settingName = "setting_name"
    case columns
    case names
    case statement
    case explain
    case explainOptions = "explain_options"
    case begin
    case commit
    case rollback
    case rollbackTo = "rollback_to"
    case savepoint
    case release
    case query
    case negative
    case operatorName = "operator_name"
    case with
    case cte
    case union
    case intersect
    case parenQuery = "paren_query"
    case select
    case fromFirst = "from_first"
    case distinct
    case selectList = "select_list"
    case selectItem = "select_item"
    case star
    case starExclude = "star_exclude"
    case starNames = "star_names"
    case starReplace = "star_replace"
    case starRename = "star_rename"
    case from
    case `where`
    case having
    case qualify
    case groupBy = "group_by"
    case groupItem = "group_item"
    case rollup
    case cube
    case groupingSets = "grouping_sets"
    case emptyGroup = "empty_group"
    case windows
    case windowSpec = "window_spec"
    case windowBase = "window_base"
    case partitionList = "partition_list"
    case windowOrder = "window_order"
    case frame
    case bound
    case exclusion
    case orderBy = "order_by"
    case orderAll = "order_all"
    case orderItem = "order_item"
    case limit
    case offset
    case fetch
    case fetchCount = "fetch_count"
    case values
    case `default`
    case tableCommand = "table_command"
    case usingSample = "using_sample"
    case sampleMethod = "sample_method"
    case sampleSize = "sample_size"
    case sampleSeed = "sample_seed"
    case crossJoin = "cross_join"
    case naturalJoin = "natural_join"
    case positionalJoin = "positional_join"
    case join
    case joinKind = "join_kind"
    case using
    case subqueryTable = "subquery_table"
    case nestedTable = "nested_table"
    case inlineValues = "inline_values"
    case valuesTable = "values_table"
    case functionTable = "function_table"
    case tableCall = "table_call"
    case namedTable = "named_table"
    case fileTable = "file_table"
    case tableAlias = "table_alias"
    case aliasColumns = "alias_columns"
    case tableArguments = "table_arguments"
    case atVersion = "at_version"
    case timeTravel = "time_travel"
    case tableSample = "table_sample"
    case sampleAmount = "sample_amount"
    case or
    case and
    case not
    case isTest = "is_test"
    case isDistinct = "is_distinct"
    case isNull = "is_null"
    case quantified
    case compare
    case between
    case `in`
    case likeAny = "like_any"
    case like
    case other
    case bitNot = "bit_not"
    case add
    case multiply
    case power
    case atTimeZone = "at_time_zone"
    case collate
    case sign
    case element
    case castSign = "cast_sign"
    case field
    case inList = "in_list"
    case sliceFromStart = "slice_from_start"
    case sliceRest = "slice_rest"
    case sliceStep = "slice_step"
    case primary
    case variable
    case parens
    case interval
    case intervalUnit = "interval_unit"
    case typedLiteral = "typed_literal"
    case `case`
    case caseOperand = "case_operand"
    case when
    case caseElse = "case_else"
    case cast
    case extract
    case position
    case substring
    case trim
    case overlay
    case grouping
    case exists
    case row
    case array
    case list
    case `struct`
    case map
    case columnsStar = "columns_star"
    case column
    case call
    case arguments
    case namedArgument = "named_argument"
    case lambda
    case withinGroup = "within_group"
    case nullTreatment = "null_treatment"
    case filter
    case over
    case type
    case doubleType = "double_type"
    case characterType = "character_type"
    case timeType = "time_type"
    case intervalType = "interval_type"
    case structType = "struct_type"
    case structMember = "struct_member"
    case mapType = "map_type"
    case arrayType = "array_type"
    case simpleType = "simple_type"
    case typeArguments = "type_arguments"
    case createSchema = "create_schema"
    case createCatalog = "create_catalog"
    case createExternalSchema = "create_external_schema"
    case externalSource = "external_source"
    case externalDatabase = "external_database"
    case externalSetting = "external_setting"
    case dropCatalog = "drop_catalog"
    case showCatalogs = "show_catalogs"
    case schemaClause = "schema_clause"
    case ifNotExists = "if_not_exists"
    case ifExists = "if_exists"
    case orReplace = "or_replace"
    case comment
    case location
    case createTable = "create_table"
    case tableElements = "table_elements"
    case likeTable = "like_table"
    case columnDefinition = "column_definition"
    case columnConstraint = "column_constraint"
    case enforcement
    case defaultClause = "default_clause"
    case check
    case references
    case generated
    case identity
    case identityOption = "identity_option"
    case primaryKey = "primary_key"
    case unique
    case foreignKey = "foreign_key"
    case usingFormat = "using_format"
    case partitionedBy = "partitioned_by"
    case partitionField = "partition_field"
    case transform
    case clusterBy = "cluster_by"
    case clusteredBy = "clustered_by"
    case rowFormat = "row_format"
    case delimiter
    case storedAs = "stored_as"
    case tableProperties = "table_properties"
    case withProperties = "with_properties"
    case tableOptions = "table_options"
    case onCommit = "on_commit"
    case withData = "with_data"
    case properties
    case propertyValue = "property_value"
    case createView = "create_view"
    case alterTable = "alter_table"
    case renameTable = "rename_table"
    case renameColumn = "rename_column"
    case addPartitionField = "add_partition_field"
    case dropPartitionField = "drop_partition_field"
    case replacePartitionField = "replace_partition_field"
    case partitionName = "partition_name"
    case writeOrder = "write_order"
    case createReference = "create_reference"
    case replaceReference = "replace_reference"
    case dropReference = "drop_reference"
    case referenceVersion = "reference_version"
    case referenceRetention = "reference_retention"
    case snapshotRetention = "snapshot_retention"
    case snapshotCount = "snapshot_count"
    case retentionTime = "retention_time"
    case addColumns = "add_columns"
    case addedColumn = "added_column"
    case columnOwner = "column_owner"
    case columnPlace = "column_place"
    case columnPath = "column_path"
    case dropColumns = "drop_columns"
    case addPartitions = "add_partitions"
    case dropPartitions = "drop_partitions"
    case partitionSpec = "partition_spec"
    case alterColumn = "alter_column"
    case setType = "set_type"
    case setTypeUsing = "set_type_using"
    case setDefault = "set_default"
    case tableConstraint = "table_constraint"
    case dropConstraint = "drop_constraint"
    case commentOn = "comment_on"
    case setProperties = "set_properties"
    case setLocation = "set_location"
    case unsetProperties = "unset_properties"
    case replaceColumns = "replace_columns"
    case changeColumn = "change_column"
    case drop
    case dropName = "drop_name"
    case insert
    case insertColumns = "insert_columns"
    case schemaEvolution = "schema_evolution"
    case insertFolder = "insert_folder"
    case returning
    case update
    case assignment
    case assignedRow = "assigned_row"
    case valuesRow = "values_row"
    case delete
    case deleteUsing = "delete_using"
    case truncate
    case merge
    case mergeClause = "merge_clause"
    case mergeCondition = "merge_condition"
    case mergeUpdate = "merge_update"
    case mergeInsert = "merge_insert"
    case copy
    case copyQuery = "copy_query"
    case copyOption = "copy_option"
    case copyForce = "copy_force"
    case copyMoved = "copy_moved"
    case copyInto = "copy_into"
    case copyFiles = "copy_files"
    case copyIntoOptions = "copy_into_options"
    case set
    case timeZone = "time_zone"
    case reset
    case show
    case showTables = "show_tables"
    case showSchemas = "show_schemas"
    case showColumns = "show_columns"
    case showPartitions = "show_partitions"
    case showCreate = "show_create"
    case showProperties = "show_properties"
    case showFunctions = "show_functions"
    case inSchema = "in_schema"
    case showPattern = "show_pattern"
    case describe
    case transactionMode = "transaction_mode"
    case transactionModes = "transaction_modes"
    case isolationLevel = "isolation_level"
    case showIsolation = "show_isolation"
    case describeHistory = "describe_history"
    case summarize
    case use
    case repair
    case optimize
    case zorderBy = "zorder_by"
    case hilbertBy = "hilbert_by"
    case fileOrder = "file_order"
    case optimizeColumns = "optimize_columns"
    case vacuum
    case vacuumRetention = "vacuum_retention"
    case restore
    case cloneSource = "clone_source"
    case convert
    case undrop
    case executeProcedure = "execute_procedure"
    case analyze
    case computeStatistics = "compute_statistics"
    case createSecret = "create_secret"
    case dropSecret = "drop_secret"
    case secretStorage = "secret_storage"
    case createAccessKey = "create_access_key"
    case dropAccessKey = "drop_access_key"
    case showAccessKeys = "show_access_keys"
    case secretOption = "secret_option"
    case callStatement = "call_statement"
    case prepare
    case prepareTypes = "prepare_types"
    case execute
    case executeValues = "execute_values"
    case deallocate
    case declare
    case cursorOption = "cursor_option"
    case cursorHold = "cursor_hold"
    case fetchCursor = "fetch_cursor"
    case moveCursor = "move_cursor"
    case cursorStep = "cursor_step"
    case fetchDirection = "fetch_direction"
    case rowCount = "row_count"
    case closeCursor = "close_cursor"
    case discard
    case listen
    case unlisten
    case notify
    case notifyPayload = "notify_payload"
    case createRole = "create_role"
    case alterRole = "alter_role"
    case dropRole = "drop_role"
    case grant
    case revoke
    case grantPrivileges = "grant_privileges"
    case revokePrivileges = "revoke_privileges"
    case grantRoles = "grant_roles"
    case revokeRoles = "revoke_roles"
    case grantedBy = "granted_by"
    case privileges
    case privilege
    case allTables = "all_tables"
    case schemaTarget = "schema_target"
    case tableTarget = "table_target"
    case roleName = "role_name"
    case alterOwner = "alter_owner"
    case setRole = "set_role"
    case setAuthorization = "set_authorization"
    case authorization
    case otherTarget = "other_target"
    case lockTable = "lock_table"
    case lockMode = "lock_mode"
    case locking
    case rowLock = "row_lock"
    case lockingWait = "locking_wait"
    case rolePassword = "role_password"
    case roleValidity = "role_validity"
    case roleLimit = "role_limit"
    case roleFlag = "role_flag"
}
