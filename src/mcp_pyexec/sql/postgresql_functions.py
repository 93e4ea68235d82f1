"""PostgreSQL's functions that only compute, in lower case; what `functions` asks of a name holds here.

Left out on purpose: every `pg_…` but the four below, `lo_…`, `…_to_xml` and `ts_stat` (they run text as SQL),
`set_config`, `current_setting`, sequences, advisory locks, `txid_…`, and whatever names a file.
"""

from __future__ import annotations

__all__ = ["POSTGRESQL_FUNCTIONS"]

_TEXT = """
    any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every json_agg
    json_object_agg jsonb_agg jsonb_object_agg max min mode percentile_cont percentile_disc range_agg
    range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
    stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance grouping

    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number

    abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh bit_count cbrt ceil ceiling cos cosd cosh cot
    cotd degrees div erf erfc exp factorial floor gcd greatest lcm least ln log log10 min_scale mod pi pow power
    radians random random_normal round scale sign sin sind sinh sqrt tan tand tanh trim_scale trunc width_bucket

    ascii bit_length btrim char_length character_length chr concat concat_ws convert_from convert_to decode encode
    format get_bit get_byte initcap is_normalized left length lower lpad ltrim md5 normalize octet_length overlay
    parse_ident position quote_ident quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match
    regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse
    right rpad rtrim set_bit set_byte sha224 sha256 sha384 sha512 split_part starts_with string_to_array
    string_to_table strpos substr substring to_ascii to_hex to_bin to_oct translate trim unicode_assigned unistr upper

    age clock_timestamp current_date current_time current_timestamp date date_add date_bin date_part date_subtract
    date_trunc extract isfinite justify_days justify_hours justify_interval localtime localtimestamp make_date
    make_interval make_time make_timestamp make_timestamptz now overlaps statement_timestamp timeofday timezone
    to_char to_date to_number to_timestamp transaction_timestamp

    array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions
    array_prepend array_remove array_replace array_sample array_shuffle array_to_json array_to_string array_upper
    cardinality generate_series generate_subscripts trim_array unnest

    isempty lower_inc lower_inf multirange numrange range_merge int4range int8range tsrange tstzrange daterange
    upper_inc upper_inf int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange

    json_array json_array_elements json_array_elements_text json_array_length json_arrayagg json_build_array
    json_build_object json_each json_each_text json_exists json_extract_path json_extract_path_text json_object
    json_object_keys json_objectagg json_populate_record json_populate_recordset json_query json_scalar
    json_serialize json_strip_nulls json_table json_to_record json_to_recordset json_typeof json_value
    jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each
    jsonb_each_text jsonb_exists jsonb_exists_all jsonb_exists_any jsonb_extract_path jsonb_extract_path_text
    jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists jsonb_path_exists_tz jsonb_path_match
    jsonb_path_match_tz jsonb_path_query jsonb_path_query_array jsonb_path_query_array_tz jsonb_path_query_first
    jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record jsonb_populate_recordset jsonb_pretty
    jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json to_json
    to_jsonb

    array_to_tsvector json_to_tsvector jsonb_to_tsvector numnode phraseto_tsquery plainto_tsquery querytree setweight
    strip to_tsquery to_tsvector ts_delete ts_filter ts_headline ts_rank ts_rank_cd tsquery tsquery_phrase tsvector
    tsvector_to_array websearch_to_tsquery

    hashint2 hashint4 hashint8 hashtext hashtextextended jsonb_concat jsonb_contained jsonb_contains jsonb_delete
    jsonb_delete_path

    abbrev broadcast family host hostmask inet_merge inet_same_family masklen netmask network area center diameter
    height width radius slope npoints box circle line lseg path point polygon

    enum_first enum_last enum_range bool bpchar float4 float8 int2 int4 int8 text timestamptz timetz tsquery_not

    all any array some coalesce nullif num_nonnulls num_nulls row pg_typeof pg_column_size pg_size_pretty pg_size_bytes
    gen_random_uuid uuidv4 uuidv7 uuid_extract_timestamp uuid_extract_version version current_database current_schema
    current_user
    """
POSTGRESQL_FUNCTIONS = frozenset(_TEXT.split())
