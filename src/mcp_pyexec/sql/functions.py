"""Functions that only compute, by dialect: the whole of what a statement may call.

A name is here because its result depends on its arguments (or a clock or a random source) and calling it
changes nothing, reads no file, no setting and no environment, and runs no text as SQL. Deny by default.

Names are those of the text sent to the engine, in lower case.
"""

from __future__ import annotations

from mcp_pyexec.sql.mysql_functions import MYSQL_FUNCTIONS
from mcp_pyexec.sql.other_functions import OTHER_FUNCTIONS
from mcp_pyexec.sql.postgresql_functions import POSTGRESQL_FUNCTIONS

__all__ = ["CATALOG_PREFIXES", "CATALOG_SCHEMAS", "FUNCTIONS", "SQLITE_FUNCTIONS"]

_SQLITE_FUNCTIONS_TEXT = """
    -> ->> abs acos acosh asin asinh atan atan2 atanh avg bm25 ceil ceiling char coalesce concat concat_ws cos cosh
    count cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp first_value
    floor format glob group_concat hex highlight if ifnull iif instr json json_array json_array_insert
    json_array_length json_each json_error_position json_extract json_group_array json_group_object json_insert
    json_object json_patch json_pretty json_quote json_remove json_replace json_set json_tree json_type json_valid
    julianday lag last_value lead length like likelihood likely ln log log10 log2 lower ltrim match matchinfo max
    median min mod nth_value ntile nullif octet_length percent_rank percentile percentile_cont percentile_disc pi
    pow power printf quote radians random randomblob rank regexp replace round row_number rtrim sign sin sinh
    snippet soundex sqlite_version sqrt strftime string_agg substr substring subtype sum tan tanh time timediff total
    trim trunc typeof unhex unicode unistr unistr_quote unixepoch unlikely upper zeroblob
    """
SQLITE_FUNCTIONS = frozenset(_SQLITE_FUNCTIONS_TEXT.split())
"""SQLite names both for the guard and for the authorizer, which knows operators such as LIKE as functions."""

_DUCKDB_TEXT = """
    any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min arg_min_null
    argmax argmin array_agg avg bit_and bit_or bit_xor bitstring_agg bool_and bool_or corr count count_if count_star
    countif covar_pop covar_samp entropy favg first fsum group_concat histogram histogram_exact kahan_sum kurtosis
    kurtosis_pop last list listagg lttb mad max max_by mean median min min_by mode product quantile quantile_cont
    quantile_disc percentile_cont percentile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
    regr_sxx regr_sxy regr_syy reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum
    sum_no_overflow sumkahan var_pop var_samp variance grouping grouping_id geomean geometric_mean wavg weighted_avg

    cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number

    abs acos acosh add asin asinh atan atan2 atanh bin bit_count bit_length bit_position bitstring cbrt ceil
    ceiling cos cosh cot degrees divide even exp factorial fdiv floor fmod gamma gcd get_bit
    greatest greatest_common_divisor isfinite isinf isnan lcm least least_common_multiple lgamma ln log log10 log2
    mod multiply nextafter pi pow power radians random round round_even roundbankers set_bit sign signbit sin sinh
    sqrt subtract tan tanh trunc xor equi_width_bins hash md5 md5_number md5_number_lower md5_number_upper sha1
    sha256

    ascii bar base64 char_length character_length chr concat concat_ws contains damerau_levenshtein decode editdist3
    encode ends_with format formatreadabledecimalsize formatreadablesize format_bytes from_base64 from_binary
    from_hex hamming hex ilike_escape instr jaccard jaro_similarity jaro_winkler_similarity lcase left left_grapheme
    length length_grapheme len levenshtein like_escape lower lpad ltrim mismatches nfc_normalize not_ilike_escape
    not_like_escape octet_length ord overlay parse_dirname parse_dirpath parse_filename parse_path position prefix
    printf regexp_escape regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace
    regexp_split_to_array regexp_split_to_table repeat replace reverse right right_grapheme rpad rtrim split
    split_part starts_with str_split str_split_regex string_split string_split_regex string_to_array strip_accents
    strlen strpos substr substring substring_grapheme suffix to_base to_base64 to_binary to_hex translate trim ucase
    unbin unhex unicode upper url_decode url_encode uuid uuidv4 uuidv7 gen_random_uuid uuid_extract_timestamp
    uuid_extract_version

    age ago century
    current_date current_time current_timestamp current_localtime current_localtimestamp date_add date_diff
    date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear
    days_in_month decade epoch epoch_ms epoch_ns epoch_us era extract get_current_time get_current_timestamp hour
    isodow isoyear julian last_day localtime localtimestamp make_date make_time make_timestamp make_timestamp_ms
    make_timestamp_ns make_timestamptz microsecond millennium millisecond minute month monthname nanosecond
    normalized_interval now quarter second strftime strptime time_bucket timezone timezone_hour timezone_minute
    to_centuries to_days to_decades to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months
    to_quarters to_seconds to_timestamp to_weeks to_years today transaction_timestamp try_strptime week weekday
    weekofyear year yearweek

    aggregate apply array_aggr array_aggregate array_append array_apply array_cat array_concat array_contains
    array_cosine_distance array_cosine_similarity array_cross_product array_distance array_distinct
    array_dot_product array_extract array_filter array_grade_up array_has array_has_all array_has_any array_indexof
    array_inner_product array_intersect array_length array_negative_dot_product array_negative_inner_product
    array_pop_back array_pop_front array_position array_prepend array_push_back array_push_front array_reduce
    array_resize array_reverse array_reverse_sort array_select array_slice array_sort array_to_json array_to_string
    array_transform array_unique array_value array_where array_zip cardinality element_at filter flatten
    generate_series generate_subscripts grade_up list_aggr list_aggregate list_any_value list_append list_apply
    list_approx_count_distinct list_avg list_bit_and list_bit_or list_bit_xor list_bool_and list_bool_or list_cat
    list_concat list_contains list_cosine_distance list_cosine_similarity list_count list_distance list_distinct
    list_dot_product list_element list_entropy list_extract list_filter list_first list_grade_up list_has
    list_has_all list_has_any list_histogram list_indexof list_inner_product list_intersect list_kurtosis
    list_kurtosis_pop list_last list_mad list_max list_median list_min list_mode list_negative_dot_product
    list_negative_inner_product list_pack list_position list_prepend list_product list_reduce list_resize
    list_reverse list_reverse_sort list_select list_sem list_skewness list_slice list_sort list_stddev_pop
    list_stddev_samp list_string_agg list_sum list_transform list_unique list_value list_var_pop list_var_samp
    list_where list_zip map map_concat map_contains map_contains_entry map_contains_value map_entries map_extract
    map_extract_value map_from_entries map_keys map_values range reduce repeat_row row struct_concat struct_contains
    struct_extract struct_extract_at struct_has struct_indexof struct_insert struct_keys struct_pack struct_position
    struct_update struct_values union_extract union_tag union_value unnest unpivot_list

    from_json from_json_strict json json_array json_array_length json_contains json_deep_merge json_each json_exists
    json_extract json_extract_path json_extract_path_text json_extract_string json_group_array json_group_object
    json_group_structure json_insert json_keys json_merge_patch json_object json_pretty json_quote json_remove
    json_replace json_set json_structure json_transform json_transform_strict json_tree json_type json_valid
    json_value row_to_json to_json

    alias array can_cast_implicitly coalesce constant_or_null enum_code enum_first enum_last enum_range
    enum_range_boundary if ifnull iif nullif pg_typeof switch try typeof version columns

    arg_max_nulls_last arg_min_nulls_last decimal_average decimal_division is_histogram_other_bin
    parse_formatted_bytes path_join remap_struct st_astext st_geomfromwkb variant_array_length variant_contains
    variant_exists variant_extract_string variant_keys variant_type variant_typeof
    """
_DUCKDB = frozenset(_DUCKDB_TEXT.split())

FUNCTIONS = {
    "sqlite": SQLITE_FUNCTIONS,
    "duckdb": _DUCKDB,
    "postgresql": POSTGRESQL_FUNCTIONS,
    "mysql": MYSQL_FUNCTIONS,
    **OTHER_FUNCTIONS,
}

CATALOG_PREFIXES = {
    "sqlite": ("pragma_", "sqlite_db", "sqlite_stmt"),
    "duckdb": ("pragma_", "duckdb_"),
    "postgresql": ("pg_",),
    "mysql": (),
    "oracle": ("v$", "gv$", "x$", "v_$", "dba_", "all_", "user_", "cdb_"),
    "mssql": ("sys", "fn_", "xp_", "sp_"),
    "snowflake": (),
    "bigquery": (),
    "trino": (),
    "clickhouse": (),
}
"""Starts of table names that are engine internals: settings, paths of the host, secrets."""

_TOLD = frozenset({"tables", "columns", "views", "schemata", "table_constraints", "key_column_usage"})

CATALOG_SCHEMAS: dict[str, dict[str, frozenset[str]]] = {
    "sqlite": {},
    "duckdb": {},
    "postgresql": {
        "pg_catalog": frozenset(),
        "pg_toast": frozenset(),
        "information_schema": frozenset({"tables", "columns", "views", "schemata", "table_constraints"})
        | {"key_column_usage", "referential_constraints", "constraint_column_usage"},
    },
    "mysql": {
        "mysql": frozenset(),
        "sys": frozenset(),
        "performance_schema": frozenset(),
        "information_schema": frozenset({"tables", "columns", "views", "schemata", "table_constraints"})
        | {"key_column_usage", "referential_constraints", "statistics"},
    },
    "oracle": {"sys": frozenset(), "system": frozenset()},
    "mssql": {"sys": frozenset(), "information_schema": _TOLD},
    "snowflake": {
        "information_schema": _TOLD,
        "account_usage": frozenset(),
        "organization_usage": frozenset(),
    },
    "bigquery": {"information_schema": _TOLD},
    "trino": {
        "information_schema": _TOLD,
        "runtime": frozenset(),
        "jdbc": frozenset(),
        "metadata": frozenset(),
    },
    "clickhouse": {"system": frozenset({"one", "numbers", "zeros"}), "information_schema": _TOLD},
}
"""Schemas that hold engine internals, with those of their tables that only tell what tables there are."""
