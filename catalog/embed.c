// The table definitions that ship with Lode, and rows of those that have some, embedded: one line here for each file of this folder.
#include "lode_catalog.h"

static const unsigned char information_schema_applicable_roles_json[] = {
#embed "information_schema/applicable_roles.json"
};
static const unsigned char information_schema_character_sets_json[] = {
#embed "information_schema/character_sets.json"
};
static const unsigned char information_schema_check_constraints_json[] = {
#embed "information_schema/check_constraints.json"
};
static const unsigned char information_schema_collations_json[] = {
#embed "information_schema/collations.json"
};
static const unsigned char information_schema_column_privileges_json[] = {
#embed "information_schema/column_privileges.json"
};
static const unsigned char information_schema_column_udt_usage_json[] = {
#embed "information_schema/column_udt_usage.json"
};
static const unsigned char information_schema_columns_json[] = {
#embed "information_schema/columns.json"
};
static const unsigned char information_schema_constraint_column_usage_json[] = {
#embed "information_schema/constraint_column_usage.json"
};
static const unsigned char information_schema_constraint_table_usage_json[] = {
#embed "information_schema/constraint_table_usage.json"
};
static const unsigned char information_schema_domain_constraints_json[] = {
#embed "information_schema/domain_constraints.json"
};
static const unsigned char information_schema_domains_json[] = {
#embed "information_schema/domains.json"
};
static const unsigned char information_schema_element_types_json[] = {
#embed "information_schema/element_types.json"
};
static const unsigned char information_schema_enabled_roles_json[] = {
#embed "information_schema/enabled_roles.json"
};
static const unsigned char information_schema_foreign_tables_json[] = {
#embed "information_schema/foreign_tables.json"
};
static const unsigned char information_schema_information_schema_catalog_name_json[] = {
#embed "information_schema/information_schema_catalog_name.json"
};
static const unsigned char information_schema_key_column_usage_json[] = {
#embed "information_schema/key_column_usage.json"
};
static const unsigned char information_schema_parameters_json[] = {
#embed "information_schema/parameters.json"
};
static const unsigned char information_schema_referential_constraints_json[] = {
#embed "information_schema/referential_constraints.json"
};
static const unsigned char information_schema_role_table_grants_json[] = {
#embed "information_schema/role_table_grants.json"
};
static const unsigned char information_schema_routines_json[] = {
#embed "information_schema/routines.json"
};
static const unsigned char information_schema_schemata_json[] = {
#embed "information_schema/schemata.json"
};
static const unsigned char information_schema_sequences_json[] = {
#embed "information_schema/sequences.json"
};
static const unsigned char information_schema_table_constraints_json[] = {
#embed "information_schema/table_constraints.json"
};
static const unsigned char information_schema_table_privileges_json[] = {
#embed "information_schema/table_privileges.json"
};
static const unsigned char information_schema_tables_json[] = {
#embed "information_schema/tables.json"
};
static const unsigned char information_schema_triggers_json[] = {
#embed "information_schema/triggers.json"
};
static const unsigned char information_schema_usage_privileges_json[] = {
#embed "information_schema/usage_privileges.json"
};
static const unsigned char information_schema_user_defined_types_json[] = {
#embed "information_schema/user_defined_types.json"
};
static const unsigned char information_schema_view_column_usage_json[] = {
#embed "information_schema/view_column_usage.json"
};
static const unsigned char information_schema_view_table_usage_json[] = {
#embed "information_schema/view_table_usage.json"
};
static const unsigned char information_schema_views_json[] = {
#embed "information_schema/views.json"
};
static const unsigned char lode_secrets_json[] = {
#embed "lode/secrets.json"
};
static const unsigned char lode_query_history_json[] = {
#embed "lode/query_history.json"
};
static const unsigned char pg_catalog_pg_aggregate_json[] = {
#embed "pg_catalog/pg_aggregate.json"
};
static const unsigned char pg_catalog_pg_aggregate_tsv[] = {
#embed "pg_catalog/pg_aggregate.tsv"
};
static const unsigned char pg_catalog_pg_am_json[] = {
#embed "pg_catalog/pg_am.json"
};
static const unsigned char pg_catalog_pg_am_tsv[] = {
#embed "pg_catalog/pg_am.tsv"
};
static const unsigned char pg_catalog_pg_amop_json[] = {
#embed "pg_catalog/pg_amop.json"
};
static const unsigned char pg_catalog_pg_amproc_json[] = {
#embed "pg_catalog/pg_amproc.json"
};
static const unsigned char pg_catalog_pg_attrdef_json[] = {
#embed "pg_catalog/pg_attrdef.json"
};
static const unsigned char pg_catalog_pg_attribute_json[] = {
#embed "pg_catalog/pg_attribute.json"
};
static const unsigned char pg_catalog_pg_auth_members_json[] = {
#embed "pg_catalog/pg_auth_members.json"
};
static const unsigned char pg_catalog_pg_authid_json[] = {
#embed "pg_catalog/pg_authid.json"
};
static const unsigned char pg_catalog_pg_available_extensions_json[] = {
#embed "pg_catalog/pg_available_extensions.json"
};
static const unsigned char pg_catalog_pg_cast_json[] = {
#embed "pg_catalog/pg_cast.json"
};
static const unsigned char pg_catalog_pg_cast_tsv[] = {
#embed "pg_catalog/pg_cast.tsv"
};
static const unsigned char pg_catalog_pg_class_json[] = {
#embed "pg_catalog/pg_class.json"
};
static const unsigned char pg_catalog_pg_collation_json[] = {
#embed "pg_catalog/pg_collation.json"
};
static const unsigned char pg_catalog_pg_collation_tsv[] = {
#embed "pg_catalog/pg_collation.tsv"
};
static const unsigned char pg_catalog_pg_constraint_json[] = {
#embed "pg_catalog/pg_constraint.json"
};
static const unsigned char pg_catalog_pg_conversion_json[] = {
#embed "pg_catalog/pg_conversion.json"
};
static const unsigned char pg_catalog_pg_cursors_json[] = {
#embed "pg_catalog/pg_cursors.json"
};
static const unsigned char pg_catalog_pg_database_json[] = {
#embed "pg_catalog/pg_database.json"
};
static const unsigned char pg_catalog_pg_db_role_setting_json[] = {
#embed "pg_catalog/pg_db_role_setting.json"
};
static const unsigned char pg_catalog_pg_default_acl_json[] = {
#embed "pg_catalog/pg_default_acl.json"
};
static const unsigned char pg_catalog_pg_depend_json[] = {
#embed "pg_catalog/pg_depend.json"
};
static const unsigned char pg_catalog_pg_description_json[] = {
#embed "pg_catalog/pg_description.json"
};
static const unsigned char pg_catalog_pg_enum_json[] = {
#embed "pg_catalog/pg_enum.json"
};
static const unsigned char pg_catalog_pg_event_trigger_json[] = {
#embed "pg_catalog/pg_event_trigger.json"
};
static const unsigned char pg_catalog_pg_extension_json[] = {
#embed "pg_catalog/pg_extension.json"
};
static const unsigned char pg_catalog_pg_foreign_data_wrapper_json[] = {
#embed "pg_catalog/pg_foreign_data_wrapper.json"
};
static const unsigned char pg_catalog_pg_foreign_data_wrapper_tsv[] = {
#embed "pg_catalog/pg_foreign_data_wrapper.tsv"
};
static const unsigned char pg_catalog_pg_foreign_server_json[] = {
#embed "pg_catalog/pg_foreign_server.json"
};
static const unsigned char pg_catalog_pg_foreign_server_tsv[] = {
#embed "pg_catalog/pg_foreign_server.tsv"
};
static const unsigned char pg_catalog_pg_foreign_table_json[] = {
#embed "pg_catalog/pg_foreign_table.json"
};
static const unsigned char pg_catalog_pg_group_json[] = {
#embed "pg_catalog/pg_group.json"
};
static const unsigned char pg_catalog_pg_index_json[] = {
#embed "pg_catalog/pg_index.json"
};
static const unsigned char pg_catalog_pg_indexes_json[] = {
#embed "pg_catalog/pg_indexes.json"
};
static const unsigned char pg_catalog_pg_inherits_json[] = {
#embed "pg_catalog/pg_inherits.json"
};
static const unsigned char pg_catalog_pg_init_privs_json[] = {
#embed "pg_catalog/pg_init_privs.json"
};
static const unsigned char pg_catalog_pg_language_json[] = {
#embed "pg_catalog/pg_language.json"
};
static const unsigned char pg_catalog_pg_language_tsv[] = {
#embed "pg_catalog/pg_language.tsv"
};
static const unsigned char pg_catalog_pg_locks_json[] = {
#embed "pg_catalog/pg_locks.json"
};
static const unsigned char pg_catalog_pg_matviews_json[] = {
#embed "pg_catalog/pg_matviews.json"
};
static const unsigned char pg_catalog_pg_namespace_json[] = {
#embed "pg_catalog/pg_namespace.json"
};
static const unsigned char pg_catalog_pg_opclass_json[] = {
#embed "pg_catalog/pg_opclass.json"
};
static const unsigned char pg_catalog_pg_opclass_tsv[] = {
#embed "pg_catalog/pg_opclass.tsv"
};
static const unsigned char pg_catalog_pg_operator_json[] = {
#embed "pg_catalog/pg_operator.json"
};
static const unsigned char pg_catalog_pg_operator_tsv[] = {
#embed "pg_catalog/pg_operator.tsv"
};
static const unsigned char pg_catalog_pg_opfamily_json[] = {
#embed "pg_catalog/pg_opfamily.json"
};
static const unsigned char pg_catalog_pg_opfamily_tsv[] = {
#embed "pg_catalog/pg_opfamily.tsv"
};
static const unsigned char pg_catalog_pg_partitioned_table_json[] = {
#embed "pg_catalog/pg_partitioned_table.json"
};
static const unsigned char pg_catalog_pg_policies_json[] = {
#embed "pg_catalog/pg_policies.json"
};
static const unsigned char pg_catalog_pg_policy_json[] = {
#embed "pg_catalog/pg_policy.json"
};
static const unsigned char pg_catalog_pg_prepared_statements_json[] = {
#embed "pg_catalog/pg_prepared_statements.json"
};
static const unsigned char pg_catalog_pg_prepared_xacts_json[] = {
#embed "pg_catalog/pg_prepared_xacts.json"
};
static const unsigned char pg_catalog_pg_proc_json[] = {
#embed "pg_catalog/pg_proc.json"
};
static const unsigned char pg_catalog_pg_proc_tsv[] = {
#embed "pg_catalog/pg_proc.tsv"
};
static const unsigned char pg_catalog_pg_publication_json[] = {
#embed "pg_catalog/pg_publication.json"
};
static const unsigned char pg_catalog_pg_publication_namespace_json[] = {
#embed "pg_catalog/pg_publication_namespace.json"
};
static const unsigned char pg_catalog_pg_publication_rel_json[] = {
#embed "pg_catalog/pg_publication_rel.json"
};
static const unsigned char pg_catalog_pg_publication_tables_json[] = {
#embed "pg_catalog/pg_publication_tables.json"
};
static const unsigned char pg_catalog_pg_range_json[] = {
#embed "pg_catalog/pg_range.json"
};
static const unsigned char pg_catalog_pg_rewrite_json[] = {
#embed "pg_catalog/pg_rewrite.json"
};
static const unsigned char pg_catalog_pg_roles_json[] = {
#embed "pg_catalog/pg_roles.json"
};
static const unsigned char pg_catalog_pg_rules_json[] = {
#embed "pg_catalog/pg_rules.json"
};
static const unsigned char pg_catalog_pg_seclabel_json[] = {
#embed "pg_catalog/pg_seclabel.json"
};
static const unsigned char pg_catalog_pg_seclabels_json[] = {
#embed "pg_catalog/pg_seclabels.json"
};
static const unsigned char pg_catalog_pg_sequence_json[] = {
#embed "pg_catalog/pg_sequence.json"
};
static const unsigned char pg_catalog_pg_sequences_json[] = {
#embed "pg_catalog/pg_sequences.json"
};
static const unsigned char pg_catalog_pg_settings_json[] = {
#embed "pg_catalog/pg_settings.json"
};
static const unsigned char pg_catalog_pg_shadow_json[] = {
#embed "pg_catalog/pg_shadow.json"
};
static const unsigned char pg_catalog_pg_shdepend_json[] = {
#embed "pg_catalog/pg_shdepend.json"
};
static const unsigned char pg_catalog_pg_shdescription_json[] = {
#embed "pg_catalog/pg_shdescription.json"
};
static const unsigned char pg_catalog_pg_shseclabel_json[] = {
#embed "pg_catalog/pg_shseclabel.json"
};
static const unsigned char pg_catalog_pg_stat_activity_json[] = {
#embed "pg_catalog/pg_stat_activity.json"
};
static const unsigned char pg_catalog_pg_stat_all_indexes_json[] = {
#embed "pg_catalog/pg_stat_all_indexes.json"
};
static const unsigned char pg_catalog_pg_stat_all_tables_json[] = {
#embed "pg_catalog/pg_stat_all_tables.json"
};
static const unsigned char pg_catalog_pg_stat_database_json[] = {
#embed "pg_catalog/pg_stat_database.json"
};
static const unsigned char pg_catalog_pg_stat_ssl_json[] = {
#embed "pg_catalog/pg_stat_ssl.json"
};
static const unsigned char pg_catalog_pg_stat_user_indexes_json[] = {
#embed "pg_catalog/pg_stat_user_indexes.json"
};
static const unsigned char pg_catalog_pg_stat_user_tables_json[] = {
#embed "pg_catalog/pg_stat_user_tables.json"
};
static const unsigned char pg_catalog_pg_statio_all_tables_json[] = {
#embed "pg_catalog/pg_statio_all_tables.json"
};
static const unsigned char pg_catalog_pg_statio_user_tables_json[] = {
#embed "pg_catalog/pg_statio_user_tables.json"
};
static const unsigned char pg_catalog_pg_statistic_ext_json[] = {
#embed "pg_catalog/pg_statistic_ext.json"
};
static const unsigned char pg_catalog_pg_subscription_json[] = {
#embed "pg_catalog/pg_subscription.json"
};
static const unsigned char pg_catalog_pg_subscription_rel_json[] = {
#embed "pg_catalog/pg_subscription_rel.json"
};
static const unsigned char pg_catalog_pg_tables_json[] = {
#embed "pg_catalog/pg_tables.json"
};
static const unsigned char pg_catalog_pg_tablespace_json[] = {
#embed "pg_catalog/pg_tablespace.json"
};
static const unsigned char pg_catalog_pg_tablespace_tsv[] = {
#embed "pg_catalog/pg_tablespace.tsv"
};
static const unsigned char pg_catalog_pg_transform_json[] = {
#embed "pg_catalog/pg_transform.json"
};
static const unsigned char pg_catalog_pg_trigger_json[] = {
#embed "pg_catalog/pg_trigger.json"
};
static const unsigned char pg_catalog_pg_ts_config_json[] = {
#embed "pg_catalog/pg_ts_config.json"
};
static const unsigned char pg_catalog_pg_ts_dict_json[] = {
#embed "pg_catalog/pg_ts_dict.json"
};
static const unsigned char pg_catalog_pg_ts_parser_json[] = {
#embed "pg_catalog/pg_ts_parser.json"
};
static const unsigned char pg_catalog_pg_ts_template_json[] = {
#embed "pg_catalog/pg_ts_template.json"
};
static const unsigned char pg_catalog_pg_type_json[] = {
#embed "pg_catalog/pg_type.json"
};
static const unsigned char pg_catalog_pg_type_tsv[] = {
#embed "pg_catalog/pg_type.tsv"
};
static const unsigned char pg_catalog_pg_user_json[] = {
#embed "pg_catalog/pg_user.json"
};
static const unsigned char pg_catalog_pg_user_mapping_json[] = {
#embed "pg_catalog/pg_user_mapping.json"
};
static const unsigned char pg_catalog_pg_user_mappings_json[] = {
#embed "pg_catalog/pg_user_mappings.json"
};
static const unsigned char pg_catalog_pg_views_json[] = {
#embed "pg_catalog/pg_views.json"
};

#define ENTRY(path, bytes) {path, bytes, sizeof(bytes)}

static const struct lode_catalog_entry entries[] = {
    ENTRY("information_schema/applicable_roles.json", information_schema_applicable_roles_json),
    ENTRY("information_schema/character_sets.json", information_schema_character_sets_json),
    ENTRY("information_schema/check_constraints.json", information_schema_check_constraints_json),
    ENTRY("information_schema/collations.json", information_schema_collations_json),
    ENTRY("information_schema/column_privileges.json", information_schema_column_privileges_json),
    ENTRY("information_schema/column_udt_usage.json", information_schema_column_udt_usage_json),
    ENTRY("information_schema/columns.json", information_schema_columns_json),
    ENTRY("information_schema/constraint_column_usage.json", information_schema_constraint_column_usage_json),
    ENTRY("information_schema/constraint_table_usage.json", information_schema_constraint_table_usage_json),
    ENTRY("information_schema/domain_constraints.json", information_schema_domain_constraints_json),
    ENTRY("information_schema/domains.json", information_schema_domains_json),
    ENTRY("information_schema/element_types.json", information_schema_element_types_json),
    ENTRY("information_schema/enabled_roles.json", information_schema_enabled_roles_json),
    ENTRY("information_schema/foreign_tables.json", information_schema_foreign_tables_json),
    ENTRY("information_schema/information_schema_catalog_name.json", information_schema_information_schema_catalog_name_json),
    ENTRY("information_schema/key_column_usage.json", information_schema_key_column_usage_json),
    ENTRY("information_schema/parameters.json", information_schema_parameters_json),
    ENTRY("information_schema/referential_constraints.json", information_schema_referential_constraints_json),
    ENTRY("information_schema/role_table_grants.json", information_schema_role_table_grants_json),
    ENTRY("information_schema/routines.json", information_schema_routines_json),
    ENTRY("information_schema/schemata.json", information_schema_schemata_json),
    ENTRY("information_schema/sequences.json", information_schema_sequences_json),
    ENTRY("information_schema/table_constraints.json", information_schema_table_constraints_json),
    ENTRY("information_schema/table_privileges.json", information_schema_table_privileges_json),
    ENTRY("information_schema/tables.json", information_schema_tables_json),
    ENTRY("information_schema/triggers.json", information_schema_triggers_json),
    ENTRY("information_schema/usage_privileges.json", information_schema_usage_privileges_json),
    ENTRY("information_schema/user_defined_types.json", information_schema_user_defined_types_json),
    ENTRY("information_schema/view_column_usage.json", information_schema_view_column_usage_json),
    ENTRY("information_schema/view_table_usage.json", information_schema_view_table_usage_json),
    ENTRY("information_schema/views.json", information_schema_views_json),
    ENTRY("lode/query_history.json", lode_query_history_json),
    ENTRY("lode/secrets.json", lode_secrets_json),
    ENTRY("pg_catalog/pg_aggregate.json", pg_catalog_pg_aggregate_json),
    ENTRY("pg_catalog/pg_aggregate.tsv", pg_catalog_pg_aggregate_tsv),
    ENTRY("pg_catalog/pg_am.json", pg_catalog_pg_am_json),
    ENTRY("pg_catalog/pg_am.tsv", pg_catalog_pg_am_tsv),
    ENTRY("pg_catalog/pg_amop.json", pg_catalog_pg_amop_json),
    ENTRY("pg_catalog/pg_amproc.json", pg_catalog_pg_amproc_json),
    ENTRY("pg_catalog/pg_attrdef.json", pg_catalog_pg_attrdef_json),
    ENTRY("pg_catalog/pg_attribute.json", pg_catalog_pg_attribute_json),
    ENTRY("pg_catalog/pg_auth_members.json", pg_catalog_pg_auth_members_json),
    ENTRY("pg_catalog/pg_authid.json", pg_catalog_pg_authid_json),
    ENTRY("pg_catalog/pg_available_extensions.json", pg_catalog_pg_available_extensions_json),
    ENTRY("pg_catalog/pg_cast.json", pg_catalog_pg_cast_json),
    ENTRY("pg_catalog/pg_cast.tsv", pg_catalog_pg_cast_tsv),
    ENTRY("pg_catalog/pg_class.json", pg_catalog_pg_class_json),
    ENTRY("pg_catalog/pg_collation.json", pg_catalog_pg_collation_json),
    ENTRY("pg_catalog/pg_collation.tsv", pg_catalog_pg_collation_tsv),
    ENTRY("pg_catalog/pg_constraint.json", pg_catalog_pg_constraint_json),
    ENTRY("pg_catalog/pg_conversion.json", pg_catalog_pg_conversion_json),
    ENTRY("pg_catalog/pg_cursors.json", pg_catalog_pg_cursors_json),
    ENTRY("pg_catalog/pg_database.json", pg_catalog_pg_database_json),
    ENTRY("pg_catalog/pg_db_role_setting.json", pg_catalog_pg_db_role_setting_json),
    ENTRY("pg_catalog/pg_default_acl.json", pg_catalog_pg_default_acl_json),
    ENTRY("pg_catalog/pg_depend.json", pg_catalog_pg_depend_json),
    ENTRY("pg_catalog/pg_description.json", pg_catalog_pg_description_json),
    ENTRY("pg_catalog/pg_enum.json", pg_catalog_pg_enum_json),
    ENTRY("pg_catalog/pg_event_trigger.json", pg_catalog_pg_event_trigger_json),
    ENTRY("pg_catalog/pg_extension.json", pg_catalog_pg_extension_json),
    ENTRY("pg_catalog/pg_foreign_data_wrapper.json", pg_catalog_pg_foreign_data_wrapper_json),
    ENTRY("pg_catalog/pg_foreign_data_wrapper.tsv", pg_catalog_pg_foreign_data_wrapper_tsv),
    ENTRY("pg_catalog/pg_foreign_server.json", pg_catalog_pg_foreign_server_json),
    ENTRY("pg_catalog/pg_foreign_server.tsv", pg_catalog_pg_foreign_server_tsv),
    ENTRY("pg_catalog/pg_foreign_table.json", pg_catalog_pg_foreign_table_json),
    ENTRY("pg_catalog/pg_group.json", pg_catalog_pg_group_json),
    ENTRY("pg_catalog/pg_index.json", pg_catalog_pg_index_json),
    ENTRY("pg_catalog/pg_indexes.json", pg_catalog_pg_indexes_json),
    ENTRY("pg_catalog/pg_inherits.json", pg_catalog_pg_inherits_json),
    ENTRY("pg_catalog/pg_init_privs.json", pg_catalog_pg_init_privs_json),
    ENTRY("pg_catalog/pg_language.json", pg_catalog_pg_language_json),
    ENTRY("pg_catalog/pg_language.tsv", pg_catalog_pg_language_tsv),
    ENTRY("pg_catalog/pg_locks.json", pg_catalog_pg_locks_json),
    ENTRY("pg_catalog/pg_matviews.json", pg_catalog_pg_matviews_json),
    ENTRY("pg_catalog/pg_namespace.json", pg_catalog_pg_namespace_json),
    ENTRY("pg_catalog/pg_opclass.json", pg_catalog_pg_opclass_json),
    ENTRY("pg_catalog/pg_opclass.tsv", pg_catalog_pg_opclass_tsv),
    ENTRY("pg_catalog/pg_operator.json", pg_catalog_pg_operator_json),
    ENTRY("pg_catalog/pg_operator.tsv", pg_catalog_pg_operator_tsv),
    ENTRY("pg_catalog/pg_opfamily.json", pg_catalog_pg_opfamily_json),
    ENTRY("pg_catalog/pg_opfamily.tsv", pg_catalog_pg_opfamily_tsv),
    ENTRY("pg_catalog/pg_partitioned_table.json", pg_catalog_pg_partitioned_table_json),
    ENTRY("pg_catalog/pg_policies.json", pg_catalog_pg_policies_json),
    ENTRY("pg_catalog/pg_policy.json", pg_catalog_pg_policy_json),
    ENTRY("pg_catalog/pg_prepared_statements.json", pg_catalog_pg_prepared_statements_json),
    ENTRY("pg_catalog/pg_prepared_xacts.json", pg_catalog_pg_prepared_xacts_json),
    ENTRY("pg_catalog/pg_proc.json", pg_catalog_pg_proc_json),
    ENTRY("pg_catalog/pg_proc.tsv", pg_catalog_pg_proc_tsv),
    ENTRY("pg_catalog/pg_publication.json", pg_catalog_pg_publication_json),
    ENTRY("pg_catalog/pg_publication_namespace.json", pg_catalog_pg_publication_namespace_json),
    ENTRY("pg_catalog/pg_publication_rel.json", pg_catalog_pg_publication_rel_json),
    ENTRY("pg_catalog/pg_publication_tables.json", pg_catalog_pg_publication_tables_json),
    ENTRY("pg_catalog/pg_range.json", pg_catalog_pg_range_json),
    ENTRY("pg_catalog/pg_rewrite.json", pg_catalog_pg_rewrite_json),
    ENTRY("pg_catalog/pg_roles.json", pg_catalog_pg_roles_json),
    ENTRY("pg_catalog/pg_rules.json", pg_catalog_pg_rules_json),
    ENTRY("pg_catalog/pg_seclabel.json", pg_catalog_pg_seclabel_json),
    ENTRY("pg_catalog/pg_seclabels.json", pg_catalog_pg_seclabels_json),
    ENTRY("pg_catalog/pg_sequence.json", pg_catalog_pg_sequence_json),
    ENTRY("pg_catalog/pg_sequences.json", pg_catalog_pg_sequences_json),
    ENTRY("pg_catalog/pg_settings.json", pg_catalog_pg_settings_json),
    ENTRY("pg_catalog/pg_shadow.json", pg_catalog_pg_shadow_json),
    ENTRY("pg_catalog/pg_shdepend.json", pg_catalog_pg_shdepend_json),
    ENTRY("pg_catalog/pg_shdescription.json", pg_catalog_pg_shdescription_json),
    ENTRY("pg_catalog/pg_shseclabel.json", pg_catalog_pg_shseclabel_json),
    ENTRY("pg_catalog/pg_stat_activity.json", pg_catalog_pg_stat_activity_json),
    ENTRY("pg_catalog/pg_stat_all_indexes.json", pg_catalog_pg_stat_all_indexes_json),
    ENTRY("pg_catalog/pg_stat_all_tables.json", pg_catalog_pg_stat_all_tables_json),
    ENTRY("pg_catalog/pg_stat_database.json", pg_catalog_pg_stat_database_json),
    ENTRY("pg_catalog/pg_stat_ssl.json", pg_catalog_pg_stat_ssl_json),
    ENTRY("pg_catalog/pg_stat_user_indexes.json", pg_catalog_pg_stat_user_indexes_json),
    ENTRY("pg_catalog/pg_stat_user_tables.json", pg_catalog_pg_stat_user_tables_json),
    ENTRY("pg_catalog/pg_statio_all_tables.json", pg_catalog_pg_statio_all_tables_json),
    ENTRY("pg_catalog/pg_statio_user_tables.json", pg_catalog_pg_statio_user_tables_json),
    ENTRY("pg_catalog/pg_statistic_ext.json", pg_catalog_pg_statistic_ext_json),
    ENTRY("pg_catalog/pg_subscription.json", pg_catalog_pg_subscription_json),
    ENTRY("pg_catalog/pg_subscription_rel.json", pg_catalog_pg_subscription_rel_json),
    ENTRY("pg_catalog/pg_tables.json", pg_catalog_pg_tables_json),
    ENTRY("pg_catalog/pg_tablespace.json", pg_catalog_pg_tablespace_json),
    ENTRY("pg_catalog/pg_tablespace.tsv", pg_catalog_pg_tablespace_tsv),
    ENTRY("pg_catalog/pg_transform.json", pg_catalog_pg_transform_json),
    ENTRY("pg_catalog/pg_trigger.json", pg_catalog_pg_trigger_json),
    ENTRY("pg_catalog/pg_ts_config.json", pg_catalog_pg_ts_config_json),
    ENTRY("pg_catalog/pg_ts_dict.json", pg_catalog_pg_ts_dict_json),
    ENTRY("pg_catalog/pg_ts_parser.json", pg_catalog_pg_ts_parser_json),
    ENTRY("pg_catalog/pg_ts_template.json", pg_catalog_pg_ts_template_json),
    ENTRY("pg_catalog/pg_type.json", pg_catalog_pg_type_json),
    ENTRY("pg_catalog/pg_type.tsv", pg_catalog_pg_type_tsv),
    ENTRY("pg_catalog/pg_user.json", pg_catalog_pg_user_json),
    ENTRY("pg_catalog/pg_user_mapping.json", pg_catalog_pg_user_mapping_json),
    ENTRY("pg_catalog/pg_user_mappings.json", pg_catalog_pg_user_mappings_json),
    ENTRY("pg_catalog/pg_views.json", pg_catalog_pg_views_json),
};

const struct lode_catalog_entry *lode_catalog_entries(size_t *count) {
    *count = sizeof(entries) / sizeof(entries[0]);
    return entries;
}
