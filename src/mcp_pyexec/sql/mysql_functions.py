"""MySQL's and MariaDB's functions that only compute, in lower case; what `functions` asks of a name holds here.

Left out on purpose: LOAD_FILE, SLEEP, BENCHMARK, locks (GET_LOCK and its kin), replication waits, sequences
(NEXTVAL, SETVAL, LASTVAL), LAST_INSERT_ID (it can be set), ENCRYPT, and XML functions.
"""

from __future__ import annotations

__all__ = ["MYSQL_FUNCTIONS"]

_TEXT = """
    any_value avg bit_and bit_or bit_xor count group_concat json_arrayagg json_objectagg max min std stddev stddev_pop
    stddev_samp sum var_pop var_samp variance grouping median percentile_cont percentile_disc

    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number

    abs acos asin atan atan2 ceil ceiling conv cos cot crc32 degrees div exp floor greatest interval least ln log log10
    log2 mod pi pow power radians rand round sign sin sqrt tan truncate bit_count

    ascii bin bit_length char char_length character_length chr concat concat_ws convert elt export_set field
    find_in_set format from_base64 hex insert instr isnull lcase left length locate lower lpad ltrim make_set mid
    natural_sort_key oct octet_length ord position quote regexp_instr regexp_like regexp_replace regexp_substr repeat
    replace reverse right rpad rtrim soundex space strcmp substr substring substring_index to_base64 to_char trim ucase
    unhex upper weight_string md5 sha sha1 sha2 uuid compress uncompress uncompressed_length match against sformat

    add_months adddate addtime convert_tz curdate current_date current_time current_timestamp curtime date date_add
    date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear extract from_days from_unixtime
    get_format hour last_day localtime localtimestamp makedate maketime microsecond minute month monthname now
    period_add period_diff quarter sec_to_time second str_to_date subdate subtime sysdate time time_format time_to_sec
    timediff timestamp timestampadd timestampdiff to_days to_seconds unix_timestamp utc_date utc_time utc_timestamp
    week weekday weekofyear year yearweek

    json_array json_array_append json_array_insert json_compact json_contains json_contains_path json_depth
    json_detailed json_equals json_exists json_extract json_insert json_keys json_length json_loose json_merge
    json_merge_patch json_merge_preserve json_normalize json_object json_object_filter_keys json_object_to_array
    json_overlaps json_pretty json_query json_quote json_remove json_replace json_schema_valid json_search json_set
    json_table json_type json_unquote json_valid json_value nested

    binary charset coercibility collation

    index coalesce if ifnull nullif nvl nvl2 decode decode_oracle values inet_aton inet_ntoa inet6_aton inet6_ntoa
    is_ipv4 is_ipv6 is_uuid bin_to_uuid uuid_to_bin cast row version database schema user current_user session_user

    st_area st_astext st_aswkt st_asgeojson st_contains st_distance st_distance_sphere st_equals st_geomfromtext
    st_geometrytype st_intersects st_length st_point st_srid st_touches st_within st_x st_y point
    linestring polygon st_asbinary st_aswkb st_boundary st_buffer st_centroid st_convexhull st_crosses st_difference
    st_dimension st_disjoint st_endpoint st_envelope st_exteriorring st_geometryn st_geomfromgeojson st_geomfromwkb
    st_interiorringn st_intersection st_isclosed st_isempty st_issimple st_linefromtext st_numgeometries
    st_numinteriorrings st_numpoints st_overlaps st_perimeter st_pointfromtext st_pointn st_polyfromtext st_startpoint
    st_symdifference st_union is_ipv4_compat is_ipv4_mapped
    """
MYSQL_FUNCTIONS = frozenset(_TEXT.split())
