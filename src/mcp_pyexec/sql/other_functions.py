"""Functions that only compute, of the databases that the general engine serves; `functions` says what a name must be.

Left out everywhere: what reads files, stages, URLs, other servers or settings (OPENROWSET, EXTERNAL_QUERY, `url`,
`s3`, `remote`, SYSTEM$…, UTL_HTTP), what runs text as SQL, sequences, waits, and calls of models.
"""

from __future__ import annotations

__all__ = ["OTHER_FUNCTIONS"]

_COMMON_TEXT = """
    avg count max min sum stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp grouping
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number abs acos asin
    atan ceil ceiling cos degrees exp floor log mod power radians round sign sin sqrt tan ascii coalesce concat
    least greatest length lower lpad ltrim nullif replace reverse rpad rtrim substr substring translate trim upper
    cast extract current_date current_timestamp exists json_object json_array position
    """

_ORACLE = """
    approx_count_distinct approx_median approx_percentile any_value bit_and_agg bit_or_agg bit_xor_agg
    boolean_and_agg boolean_or_agg checksum collect cluster_probability corr_k corr_s group_id grouping_id keep
    kurtosis_pop kurtosis_samp listagg median percentile_cont percentile_disc ratio_to_report regr_avgx regr_avgy
    regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness_pop skewness_samp stats_mode
    json_arrayagg json_objectagg atan2 bitand bitor bitxor cosh cot ln nanvl remainder round_ties_to_even sinh tanh
    trunc width_bucket asciistr chr compose convert decompose initcap instr nchr nls_initcap nls_lower nls_upper
    nlssort regexp_count regexp_instr regexp_like regexp_replace regexp_substr soundex to_multi_byte to_single_byte
    unistr dump ora_hash standard_hash vsize add_months dbtimezone from_tz last_day localtimestamp months_between
    new_time next_day numtodsinterval numtoyminterval sessiontimezone sys_extract_utc sysdate systimestamp to_char
    to_clob to_date to_dsinterval to_nchar to_nclob to_number to_timestamp to_timestamp_tz to_yminterval tz_offset
    to_binary_double to_binary_float to_boolean to_blob hextoraw rawtohex rawtonhex validate_conversion json_equal
    json_exists json_query json_scalar json_serialize json_table json_transform json_value is_json cardinality
    decode lnnvl nvl nvl2 sys_connect_by_path connect_by_root sys_guid user uid empty_blob empty_clob bin_to_num
    cosine_distance vector_distance unpivot pivot
    """

_MSSQL = """
    any_value approx_count_distinct approx_percentile_cont approx_percentile_disc checksum_agg count_big grouping_id
    stdev stdevp string_agg var varp percentile_cont percentile_disc json_arrayagg json_objectagg acos atn2 cot
    log10 pi rand square bit_count get_bit set_bit left_shift right_shift char charindex concat_ws datalength
    difference format left len nchar patindex quotename regexp_count regexp_instr regexp_like regexp_replace
    regexp_substr replicate right soundex space str string_escape string_split stuff unicode current_timezone
    date_bucket dateadd datediff datediff_big datefromparts datename datepart datetime2fromparts datetimefromparts
    datetimeoffsetfromparts datetrunc day eomonth getdate getutcdate isdate month smalldatetimefromparts
    switchoffset sysdatetime sysdatetimeoffset sysutcdatetime timefromparts todatetimeoffset year choose iif isnull
    isnumeric try_cast try_convert try_parse convert parse isjson json_modify json_path_exists json_query json_value
    openjson generate_series hashbytes checksum binary_checksum newid compress decompress base64_encode
    base64_decode db_name schema_name current_user user_name
    """

_SNOWFLAKE = """
    match_condition any_value approx_count_distinct approx_percentile approx_top_k array_agg array_union_agg
    array_unique_agg bitand_agg bitor_agg bitxor_agg booland_agg boolor_agg count_if grouping_id hll kurtosis
    listagg max_by median min_by mode object_agg percentile_cont percentile_disc regr_avgx regr_avgy regr_count
    regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy skew conditional_change_event
    conditional_true_event ratio_to_report width_bucket minhash minhash_combine approximate_similarity
    approximate_jaccard_index hash_agg atan2 cbrt cosh cot div0 div0null factorial haversine ln pow random sinh
    square tanh trunc truncate bitand bitor bitxor bitnot bitshiftleft bitshiftright uniform normal seq1 seq2 seq4
    seq8 zipf randstr base64_encode base64_decode_string bit_length char charindex chr collate concat_ws contains
    editdistance endswith hex_encode hex_decode_string ilike initcap insert jarowinkler_similarity left len like
    ltrim md5 md5_hex octet_length parse_ip parse_url regexp_count regexp_instr regexp_like regexp_replace
    regexp_substr regexp_substr_all repeat right rlike sha1 sha2 sha2_hex soundex space split split_part
    split_to_table startswith strtok strtok_split_to_table strtok_to_array unicode uuid_string hash add_months
    convert_timezone date date_from_parts date_part date_trunc dateadd datediff datefromparts dayname dayofmonth
    dayofweek dayofweekiso dayofyear day getdate hour last_day localtime localtimestamp minute month monthname
    months_between next_day previous_day quarter second sysdate systimestamp time time_from_parts time_slice timeadd
    timediff timestamp_from_parts timestamp_ltz_from_parts timestamp_ntz_from_parts timestampadd timestampdiff
    to_date to_time to_timestamp to_timestamp_ltz to_timestamp_ntz to_timestamp_tz trunc week weekiso weekofyear
    year yearofweek yearofweekiso current_time array_append array_cat array_compact array_construct
    array_construct_compact array_contains array_distinct array_except array_flatten array_generate_range
    array_insert array_intersection array_max array_min array_position array_prepend array_remove array_size
    array_slice array_sort array_to_string array_unique arrays_overlap arrays_to_object as_array as_char as_date
    as_decimal as_double as_integer as_object as_varchar as_timestamp_ntz check_json filter flatten get get_path
    is_array is_boolean is_date is_decimal is_double is_integer is_null_value is_object is_varchar
    json_extract_path_text object_construct object_construct_keep_null object_delete object_insert object_keys
    object_pick parse_json reduce strip_null_value to_array to_json to_object to_variant transform try_parse_json
    typeof boolean booland boolnot boolor boolxor case decode equal_null greatest_ignore_nulls iff ifnull
    least_ignore_nulls nullifzero nvl nvl2 regr_valx regr_valy zeroifnull to_boolean to_char to_decimal to_double
    to_number to_numeric to_varchar to_binary try_cast try_to_boolean try_to_date try_to_decimal try_to_double
    try_to_number try_to_numeric try_to_time try_to_timestamp try_to_timestamp_ntz generator table st_area
    st_asgeojson st_astext st_contains st_distance st_dwithin st_intersects st_length st_makepoint st_point
    st_within st_x st_y to_geography current_database current_schema current_user current_role
    """

_BIGQUERY = """
    offset safe_offset ordinal safe_ordinal any_value approx_count_distinct approx_quantiles approx_top_count
    approx_top_sum array_agg array_concat_agg bit_and bit_or bit_xor countif logical_and logical_or string_agg
    max_by min_by percentile_cont percentile_disc hll_count.extract hll_count.init hll_count.merge
    hll_count.merge_partial acosh asinh atan2 atanh bit_count cbrt cosh cot coth csc div euclidean_distance
    cosine_distance ieee_divide is_inf is_nan ln log10 pow rand range_bucket safe_add safe_divide safe_multiply
    safe_negate safe_subtract sec sinh tanh trunc byte_length char_length character_length chr code_points_to_bytes
    code_points_to_string collate contains_substr edit_distance ends_with format from_base32 from_base64 from_hex
    initcap instr left normalize normalize_and_casefold octet_length regexp_contains regexp_extract
    regexp_extract_all regexp_instr regexp_replace regexp_substr repeat right safe_convert_bytes_to_string soundex
    split starts_with strpos to_base32 to_base64 to_code_points to_hex unicode farm_fingerprint md5 sha1 sha256
    sha512 generate_uuid current_datetime current_time date date_add date_bucket date_diff date_from_unix_date
    date_sub date_trunc datetime datetime_add datetime_bucket datetime_diff datetime_sub datetime_trunc format_date
    format_datetime format_time format_timestamp justify_days justify_hours justify_interval last_day make_interval
    parse_date parse_datetime parse_time parse_timestamp string time time_add time_diff time_sub time_trunc
    timestamp timestamp_add timestamp_bucket timestamp_diff timestamp_micros timestamp_millis timestamp_seconds
    timestamp_sub timestamp_trunc unix_date unix_micros unix_millis unix_seconds generate_date_array
    generate_timestamp_array array array_concat array_first array_includes array_last array_length array_reverse
    array_slice array_to_string generate_array unnest struct range range_contains range_end range_overlaps
    range_start bool float64 int64 lax_bool lax_float64 lax_int64 lax_string json_array_append json_array_insert
    json_extract json_extract_array json_extract_scalar json_extract_string_array json_keys json_query
    json_query_array json_remove json_set json_strip_nulls json_type json_value json_value_array parse_json to_json
    to_json_string if ifnull safe_cast parse_numeric parse_bignumeric net.host net.ip_from_string net.ip_to_string
    net.public_suffix net.reg_domain net.safe_ip_from_string st_area st_asgeojson st_astext st_contains st_distance
    st_dwithin st_geogfromtext st_geogpoint st_intersects st_length st_within st_x st_y session_user
    """

_TRINO = """
    any_value approx_distinct approx_most_frequent approx_percentile arbitrary array_agg bitwise_and_agg
    bitwise_or_agg bool_and bool_or checksum count_if every geometric_mean histogram kurtosis listagg map_agg
    map_union max_by min_by multimap_agg numeric_histogram reduce_agg regr_intercept regr_slope skewness bitwise_and
    bitwise_not bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift atan2 beta_cdf cbrt cosh
    cosine_similarity e from_base infinity inverse_normal_cdf is_finite is_infinite is_nan ln log10 log2 nan
    normal_cdf pi pow rand random sinh tanh to_base truncate width_bucket wilson_interval_lower
    wilson_interval_upper chr codepoint concat_ws format format_number from_utf8 hamming_distance
    levenshtein_distance luhn_check normalize regexp_count regexp_extract regexp_extract_all regexp_like
    regexp_position regexp_replace regexp_split soundex split split_part split_to_map split_to_multimap starts_with
    strpos to_utf8 word_stem url_decode url_encode url_extract_fragment url_extract_host url_extract_parameter
    url_extract_path url_extract_port url_extract_protocol url_extract_query md5 sha1 sha256 sha512 xxhash64 crc32
    to_hex from_hex to_base64 from_base64 uuid at_timezone current_time current_timezone date date_add date_diff
    date_format date_parse date_trunc day day_of_month day_of_week day_of_year dow doy format_datetime
    from_iso8601_date from_iso8601_timestamp from_unixtime hour human_readable_seconds last_day_of_month localtime
    localtimestamp millisecond minute month now parse_datetime parse_duration quarter second timezone_hour
    timezone_minute to_iso8601 to_milliseconds to_unixtime week week_of_year with_timezone year year_of_week yow
    all_match any_match array_distinct array_except array_first array_histogram array_intersect array_join
    array_last array_max array_min array_position array_remove array_sort array_union arrays_overlap cardinality
    combinations contains contains_sequence element_at filter flatten ngrams none_match reduce repeat sequence
    shuffle slice transform trim_array unnest zip zip_with map map_concat map_entries map_filter map_from_entries
    map_keys map_values map_zip_with multimap_from_entries transform_keys transform_values row array is_json_scalar
    json_array_contains json_array_get json_array_length json_exists json_extract json_extract_scalar json_format
    json_parse json_query json_size json_table json_value if nullif try try_cast typeof approx_set empty_approx_set
    merge tdigest_agg value_at_quantile values_at_quantiles great_circle_distance st_area st_astext st_contains
    st_distance st_geometryfromtext st_intersects st_point st_within st_x st_y color bar match_number classifier
    first last prev next current_user
    """

_CLICKHOUSE = """
    abs acos acosh addDays addHours addMinutes addMonths addQuarters addSeconds addWeeks addYears age
    appendTrailingCharIfAbsent array arrayAll arrayAvg arrayCompact arrayConcat arrayCount arrayCumSum
    arrayDifference arrayDistinct arrayElement arrayEnumerate arrayEnumerateUniq arrayExists arrayFilter arrayFirst
    arrayFirstIndex arrayFlatten arrayIntersect arrayJoin arrayLast arrayLastIndex arrayMap arrayMax arrayMin
    arrayPopBack arrayPopFront arrayProduct arrayPushBack arrayPushFront arrayReduce arrayResize arrayReverse
    arrayReverseSort arrayRotateLeft arraySlice arraySort arrayStringConcat arraySum arrayUniq arrayZip asin
    assumeNotNull atan atan2 base64Decode base64Encode bar bin bitAnd bitCount bitNot bitOr bitShiftLeft
    bitShiftRight bitTest bitXor cbrt ceil ceiling char cityHash64 coalesce concat concatWithSeparator
    convertCharset cos cosh cosineDistance countEqual countSubstrings crc32 dateDiff dateName dateTrunc date_diff
    date_trunc dateAdd dateSub date_add date_sub degrees detectLanguage divide domain domainWithoutWWW dotProduct e
    editDistance empty endsWith erf exp exp10 exp2 extract extractAll extractAllGroups extractURLParameter
    extractURLParameters farmHash64 flatten floor format formatDateTime formatReadableDecimalSize
    formatReadableQuantity formatReadableSize formatReadableTimeDelta formatDateTimeInJodaSyntax fragment
    fromUnixTimestamp fromUnixTimestamp64Milli gcd generateUUIDv4 geoDistance greatCircleDistance greatest halfMD5
    has hasAll hasAny hasSubstr hasToken hex hypot if ifNotFinite ifNull ilike in indexOf initcap intDiv
    intDivOrZero intHash32 intHash64 isFinite isInfinite isNaN isNotNull isNull isValidJSON isValidUTF8 JSONExtract
    JSONExtractArrayRaw JSONExtractBool JSONExtractFloat JSONExtractInt JSONExtractKeys JSONExtractKeysAndValues
    JSONExtractRaw JSONExtractString JSONExtractUInt JSONHas JSONKey JSONLength JSONType JSON_EXISTS JSON_QUERY
    JSON_VALUE kostikConsistentHash L1Distance L2Distance lagInFrame leadInFrame lcm least left length lengthUTF8
    like ln locate log log10 log1p log2 lower lowerUTF8 leftPad rightPad leftPadUTF8 rightPadUTF8 lpad rpad ltrim
    makeDate makeDateTime map mapAdd mapContains mapFilter mapFromArrays mapKeys mapSubtract mapValues match
    materialize MD5 minus modulo monthName multiFuzzyMatchAny multiIf multiMatchAny multiSearchAny
    multiSearchFirstIndex multiply murmurHash2_64 murmurHash3_64 negate neighbor ngramDistance not notEmpty notIn
    notLike now now64 nullIf nullif numbers numbers_mt or and xor path parseDateTime parseDateTimeBestEffort
    parseDateTimeBestEffortOrNull parseDateTimeBestEffortOrZero pi plus pointInPolygon position
    positionCaseInsensitive positionUTF8 positionCaseInsensitiveUTF8 positiveModulo pow power protocol queryString
    radians rand rand64 randConstant range regexpExtract regexpQuoteMeta repeat replace replaceAll replaceOne
    replaceRegexpAll replaceRegexpOne reverse reverseUTF8 right round roundAge roundBankers roundDown roundDuration
    roundToExp2 rowNumberInAllBlocks rowNumberInBlock rtrim runningAccumulate runningDifference SHA1 SHA224 SHA256
    SHA512 sign simpleJSONExtractString simpleJSONExtractInt sin sinh sipHash64 soundex space splitByChar
    splitByRegexp splitByString splitByWhitespace sqrt startsWith stringToH3 substr substring substringIndex
    substringUTF8 subtractDays subtractHours subtractMinutes subtractMonths subtractQuarters subtractSeconds
    subtractWeeks subtractYears tan tanh timeDiff timeSlot timeSlots timeZone toBool toDate toDate32 toDateOrNull
    toDateOrZero toDateTime toDateTime64 toDateTimeOrNull toDateTimeOrZero toDayOfMonth toDayOfWeek toDayOfYear
    toDecimal128 toDecimal32 toDecimal64 toDecimalString toFixedString toFloat32 toFloat64 toFloat64OrNull
    toFloat64OrZero toHour toInt128 toInt16 toInt256 toInt32 toInt32OrNull toInt32OrZero toInt64 toInt64OrNull
    toInt64OrZero toInt8 toIntervalDay toIntervalHour toIntervalMinute toIntervalMonth toIntervalQuarter
    toIntervalSecond toIntervalWeek toIntervalYear toIPv4 toIPv6 IPv4NumToString IPv4StringToNum toISOWeek toISOYear
    toJSONString toLastDayOfMonth toLowCardinality toMinute toMonday toMonth toNullable toQuarter toRelativeDayNum
    toRelativeMonthNum toRelativeWeekNum toSecond toStartOfDay toStartOfFifteenMinutes toStartOfFiveMinutes
    toStartOfHour toStartOfInterval toStartOfISOYear toStartOfMinute toStartOfMonth toStartOfQuarter toStartOfSecond
    toStartOfTenMinutes toStartOfWeek toStartOfYear toString toStringCutToZero toTime toTimeZone toTypeName toUInt16
    toUInt256 toUInt32 toUInt64 toUInt8 toUInt32OrNull toUInt64OrNull toUInt64OrZero toUnixTimestamp
    toUnixTimestamp64Milli toUUID toUUIDOrNull toValidUTF8 toWeek toYear toYearWeek toYYYYMM toYYYYMMDD
    toYYYYMMDDhhmmss today toDaysSinceYearZero topLevelDomain transform translate translateUTF8 trim trimBoth
    trimLeft trimRight trunc truncate tryBase64Decode tuple tupleElement tupleToNameValuePairs unhex unnest upper
    upperUTF8 URLHierarchy URLPathHierarchy UUIDNumToString UUIDStringToNum values version visibleWidth week
    widthBucket windowID tumble tumbleStart hop xxHash32 xxHash64 year month day hour minute second yesterday zeros
    date_part dateName date timestamp accurateCast accurateCastOrNull CAST toIntervalMillisecond h3ToGeo
    geohashEncode geohashDecode generate_series generateSeries finalizeAggregation now64
    cutToFirstSignificantSubdomain firstSignificantSubdomain cutQueryString JSONArrayLength JSONMergePatch nested
    untuple toModifiedJulianDay columns
    """

_CLICKHOUSE_AGGREGATES = """
    any anyHeavy anyLast argMax argMin avg avgWeighted boundingRatio categoricalInformationValue contingency corr
    count covarPop covarSamp cramersV deltaSum deltaSumTimestamp entropy exponentialMovingAverage first_value
    groupArray groupArrayInsertAt groupArrayMovingAvg groupArrayMovingSum groupArraySample groupArraySorted
    groupBitAnd groupBitOr groupBitXor groupConcat groupUniqArray histogram intervalLengthSum kurtPop kurtSamp
    last_value max maxMap median medianExact min minMap mannWhitneyUTest quantile quantileDD quantileDeterministic
    quantileExact quantileExactHigh quantileExactLow quantileExactWeighted quantileGK quantileInterpolatedWeighted
    quantileTDigest quantileTDigestWeighted quantileTiming quantiles quantilesExact quantilesTDigest quantilesTiming
    rankCorr retention sequenceCount sequenceMatch sequenceNextNode simpleLinearRegression singleValueOrNull skewPop
    skewSamp sparkbar stddevPop stddevSamp stochasticLinearRegression studentTTest sum sumCount sumKahan sumMap
    sumWithOverflow topK topKWeighted uniq uniqCombined uniqCombined64 uniqExact uniqHLL12 uniqTheta uniqUpTo varPop
    varSamp welchTTest windowFunnel
    """
_COMBINATORS = ("", "If", "Array", "ArrayIf", "Distinct", "DistinctIf", "OrNull", "OrNullIf", "IfOrNull", "OrDefault",
                "State", "StateIf", "Merge", "MergeIf", "Map", "ForEach", "Resample", "ArgMin", "ArgMax")  # fmt: skip


def _names(text: str) -> frozenset[str]:
    return frozenset(text.lower().split()) | frozenset(_COMMON_TEXT.split())


def _clickhouse() -> frozenset[str]:
    aggregates = {
        (name + behind).lower() for name in _CLICKHOUSE_AGGREGATES.split() for behind in _COMBINATORS
    }
    return _names(_CLICKHOUSE) | aggregates


OTHER_FUNCTIONS = {
    "oracle": _names(_ORACLE),
    "mssql": _names(_MSSQL),
    "snowflake": _names(_SNOWFLAKE),
    "bigquery": _names(_BIGQUERY),
    "trino": _names(_TRINO),
    "clickhouse": _clickhouse(),
}
"""By dialect, in lower case."""
