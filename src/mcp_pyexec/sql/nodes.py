"""Parts of a statement that may stand in a read-only query: the names of sqlglot's node types.

Deny by default: a node type that a later sqlglot adds is refused until it is written here. Functions are not
here: they are judged by name (see `functions`).
"""

from __future__ import annotations

__all__ = ["NODES", "ROOTS", "WRITES"]

ROOTS = frozenset(
    {"Select", "Union", "Intersect", "Except", "Values", "Pivot", "Subquery", "Describe", "Summarize", "Show"}
)
"""Node types that a whole statement may be."""

_NODES_TEXT = """
    Add Adjacent Alias Aliases All And Any Array AtTimeZone Between BitString BitwiseAnd BitwiseLeftShift BitwiseNot
    BitwiseOr BitwiseRightShift BitwiseXor Boolean Bracket CTE Case Cast Collate Column ColumnDef Columns
    Comprehension Cube DPipe DataType DataTypeParam Describe Distance Distinct Div Dot EQ Escape Except Exists
    ExtendsLeft ExtendsRight Fetch Filter From GT GTE Glob Group GroupingSets Having HavingMax HexString ILike
    Identifier IgnoreNulls In IndexTableHint IntDiv Intersect Interval IntervalSpan Introducer Is JSON JSONColumnDef
    JSONExtractQuote JSONKeyValue JSONPath JSONPathFilter JSONPathKey JSONPathRecursive JSONPathRoot
    JSONPathSelector JSONPathSlice JSONPathSubscript JSONPathUnion JSONPathWildcard JSONSchema JSONValue Join Kwarg
    LT LTE Lambda Lateral Like Limit LimitOptions Literal Match Mod Mul NEQ National Neg Not Null NullSafeEQ
    NullSafeNEQ ObjectIdentifier Offset Operator Or Order Ordered Overlaps Paren Pivot PivotAlias PivotAny Placeholder
    PositionalColumn PropertyEQ PseudoType Qualify RawString RecursiveWithSearch RegexpLike RespectNulls
    Rollup Select Show SimilarTo Slice Star Sub Subquery Summarize Table TableAlias TableColumn TableSample TryCast
    Tuple Union UnpivotColumns Values Var Variadic Where Window WindowSpec With WithinGroup Xor
    """
NODES = frozenset(_NODES_TEXT.split())

WRITES = {
    "Insert": "INSERT",
    "Update": "UPDATE",
    "Delete": "DELETE",
    "Merge": "MERGE",
    "Create": "CREATE",
    "Drop": "DROP",
    "Alter": "ALTER",
    "TruncateTable": "TRUNCATE",
    "Attach": "ATTACH",
    "Detach": "DETACH",
    "Copy": "COPY",
    "Pragma": "PRAGMA",
    "Set": "SET",
    "Use": "USE",
    "Into": "SELECT INTO",
    "Lock": "FOR UPDATE",
    "Transaction": "BEGIN",
    "Commit": "COMMIT",
    "Rollback": "ROLLBACK",
    "Install": "INSTALL",
    "Export": "EXPORT",
    "Analyze": "ANALYZE",
    "Comment": "COMMENT ON",
    "Grant": "GRANT",
    "Kill": "KILL",
    "Execute": "EXECUTE",
    "Returning": "RETURNING",
    "NextValueFor": "NEXT VALUE FOR",
    "Hint": "an optimizer hint",
    "Parameter": "a variable",
    "SessionParameter": "a variable of the server",
}
"""What to call a refused node type in a message, where its class name would not be understood."""
