"""Checks on the text itself, before the parser and after the generator.

The parser's tree says what sqlglot understood; the engine runs text. `called_names` reads the calls off the
very text that is sent, so a node that generates an unexpected function is caught whatever its class.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.dialects import PARSER

__all__ = [
    "MARKED",
    "called_names",
    "marked_parameters",
    "named_again",
    "named_parameters",
    "numbered",
    "ordered_pivot",
    "tokenize",
    "with_minus",
    "with_spaces",
    "without_comments",
    "without_explain",
]

MARKED = "pyexec_parameter_"
"""In front of a parameter's name while the parser takes it for a column."""

_BUILT_IN = {"postgresql": "pg_catalog", "bigquery": "safe"}
"""What may stand before the name of a built-in function, and leaves it one."""

_SAID = re.compile(rf"""["`\[]?{MARKED}(\w+)["`\]]?""")
_READ_AS_PARAMETER = re.compile(r"\\:|(?<![:\w\\]):(?=\w)")

_NOT_CALLS_TEXT = """
    all and any array as between by case columns cross cube distinct else except exclude excluding exists filter from
    full glob group having ilike in inner intersect is isnull join lateral left like limit match map materialized
    not notnull nulls of offset on only operator or order outer over partition pivot qualify ranges recursive regexp
    replace right rollup rows sample select semi sets similar some struct table then to tuple union unpivot using
    values when where window with within end key percent return row bernoulli system reservoir asof positional
    anti natural intersects desc asc rename try_cast cast repeatable apply
    """
_NOT_CALLS = frozenset(_NOT_CALLS_TEXT.split())
"""Words that may stand before a parenthesis without being a call."""

_NOT_CALLS_OF = {"mysql": {"straight_join", "datetime", "xor"}, "postgresql": {"symmetric", "asymmetric"}}
"""Words of one dialect alone, beside these: elsewhere a function may have such a name."""

_EXPLAIN_TEXT = (
    "analyze verbose costs settings buffers wal timing summary format text json xml yaml true false on off ,"
)
_EXPLAIN_WORDS = frozenset(_EXPLAIN_TEXT.split())
_COMMENT_MARKS = ("--", "/*", "#", "//")
_SIGN_BEHIND_EXPONENT = re.compile(r"[0-9.]e[0-9]+[+-]", re.IGNORECASE)
_NUMBER_WITH_SIGN = re.compile(r"[0-9][0-9_]*\.?[0-9]*e[0-9]+[+-]", re.IGNORECASE)
_BLANKED = re.compile(r"[^\n]")
_MAY_EXPLAIN = re.compile(r"\b(?:explain|analyze)\b", re.IGNORECASE)
_DESCRIBES_QUERY = re.compile(
    r"\A\s*desc(?:ribe)?(?=\s*\(|\s*format\s*=|\s+(?:select|with|values|analyze|extended)\b)", re.IGNORECASE
)
"""The start of a DESCRIBE that MySQL takes for an EXPLAIN."""

_FORMATS = {"json", "traditional", "tree"}
_TYPES_TEXT = """
    binary bit char character decimal enum float interval number numeric nchar nvarchar real text time timestamp
    varbinary varchar varchar2
"""
_TYPES = frozenset(_TYPES_TEXT.split())
_OPERANDS = frozenset(
    {
        TokenType.VAR,
        TokenType.IDENTIFIER,
        TokenType.STRING,
        TokenType.NUMBER,
        TokenType.R_BRACKET,
        TokenType.R_PAREN,
    }
    | {TokenType.R_BRACE, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.COLON}
)


def tokenize(sql: str, dialect: str) -> list[Token]:
    """Return the tokens of the text without comments and without a last semicolon.

    Raises:
        RequestError: `sql-syntax` where the text cannot be split into tokens.
    """
    try:
        tokens = list(Dialect.get_or_raise(PARSER[dialect]).tokenize(sql))
    except SqlglotError as error:
        raise RequestError(
            "sql-syntax", f"The SQL cannot be read: {error}. Check its quotes and brackets."
        ) from None
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens.pop()
    return tokens


def without_comments(sql: str, dialect: str) -> str:
    """Return the text with spaces, and its line ends, in the place of comments.

    The parser knows words such as ORDER BY only where nothing but space stands between them.
    """
    if not any(mark in sql for mark in _COMMENT_MARKS):
        return sql
    parts, at = [], 0
    for token in [token for token in tokenize(sql, dialect) if token.token_type is not TokenType.HINT]:
        parts += [_BLANKED.sub(" ", sql[at : token.start]), sql[token.start : token.end + 1]]
        at = token.end + 1
    return "".join(parts)


def with_spaces(sql: str, dialect: str) -> str:
    """Return the text with spaces around a sign behind a number such as `1e3`; the tokenizer would take it in."""
    while _SIGN_BEHIND_EXPONENT.search(sql):
        parts, at = [], 0
        for token in tokenize(sql, dialect):
            found = _NUMBER_WITH_SIGN.match(sql, token.start, token.end + 1)
            if found and token.token_type in (TokenType.NUMBER, TokenType.VAR):
                parts += [sql[at : found.end() - 1], f" {found[0][-1]} "]
                at = found.end()
        if not parts:
            break
        sql = "".join([*parts, sql[at:]])
    return sql


def without_explain(sql: str, dialect: str) -> tuple[str, str]:
    """Return the canonical EXPLAIN prefix ("" if there is none) and the statement after it."""
    if dialect == "mysql":
        sql = _DESCRIBES_QUERY.sub("EXPLAIN ", sql)
    if not _MAY_EXPLAIN.search(sql):
        return "", sql
    prefix, rest = "EXPLAIN ", _after(sql, "explain", dialect)
    if rest is None and dialect == "mysql" and (rest := _after(sql, "analyze", dialect)) is not None:
        prefix = "ANALYZE "
    if rest is None:
        return "", sql
    if dialect == "mysql":
        return _mysql_explain(prefix, rest)
    if dialect == "sqlite":
        plan = _after(_after(rest, "query", dialect) or "", "plan", dialect)
        return ("EXPLAIN QUERY PLAN ", plan) if plan is not None else (prefix, rest)
    options = []
    for word in ("analyze", "verbose") if dialect == "postgresql" else ("analyze",):
        if (behind := _after(rest, word, dialect)) is not None:
            options.append(word.upper())
            rest = behind
    if options:
        return " ".join(["EXPLAIN", *options, ""]), rest
    return _explain_options(rest, dialect) or (prefix, rest)


def _mysql_explain(prefix: str, rest: str) -> tuple[str, str]:
    """Return the prefix with its format, and the query behind it.

    Raises:
        RequestError: `sql-not-read-only` where what follows is no query, such as the TABLE of ANALYZE TABLE.
    """
    tokens = tokenize(rest, "mysql")
    words = [token.text.lower() for token in tokens]
    if prefix == "EXPLAIN " and words[:1] == ["analyze"]:
        prefix, rest, words = "ANALYZE ", rest[tokens[0].end + 1 :], words[1:]
    elif words[:2] == ["format", "="] and words[2:3] and words[2] in _FORMATS:
        prefix, rest, words = f"{prefix}FORMAT={words[2].upper()} ", rest[tokens[2].end + 1 :], words[3:]
    elif prefix == "EXPLAIN " and words[:1] == ["extended"]:
        prefix, rest, words = "EXPLAIN EXTENDED ", rest[tokens[0].end + 1 :], words[1:]
    if words[:1] not in (["select"], ["with"], ["("], ["values"]):
        raise RequestError(
            "sql-not-read-only",
            f"Refused: {prefix.strip()} of something that is no query. Write {prefix}SELECT …",
        )
    return prefix, rest


def _explain_options(rest: str, dialect: str) -> tuple[str, str] | None:
    """Return the prefix with its options, each a known word, and what follows; None if there are none."""
    tokens = tokenize(rest, dialect)
    words = [token.text.lower() for token in tokens]
    if dialect != "postgresql" or ")" not in words or words[0] != "(" or words[1] not in _EXPLAIN_WORDS:
        return None
    end = words.index(")")
    if any(word not in _EXPLAIN_WORDS for word in words[1:end]):
        return None
    return f"EXPLAIN ({' '.join(words[1:end]).replace(' ,', ',')}) ", rest[tokens[end].end + 1 :]


def _after(sql: str, word: str, dialect: str) -> str | None:
    """Return the text after its first word if that is `word`, comments aside."""
    tokens = tokenize(sql, dialect)
    if not tokens or tokens[0].text.lower() != word:
        return None
    return sql[tokens[0].end + 1 :]


def numbered(sql: str, tokens: list[Token]) -> tuple[str, tuple[str, ...]]:
    """Return the text with `?` for each `:name`, and the names in order of appearance."""
    parts, names, at = [], [], 0
    for colon, name in itertools.pairwise(tokens):
        if colon.token_type is TokenType.COLON and name.start == colon.end + 1:
            parts += [sql[at : colon.start], "?"]
            names.append(name.text)
            at = name.end + 1
    return "".join([*parts, sql[at:]]), tuple(names)


def named_parameters(sql: str, tokens: list[Token]) -> str:
    """Return the text with `:name` parameters written `$name`, for a dialect that knows only the latter.

    A colon is a parameter where no operand stands before it and a name directly after it; slices, struct keys,
    lambdas and prefix aliases have an operand or a bracket before theirs.
    """
    return _with_names(sql, tokens, "$")


def _with_names(sql: str, tokens: list[Token], mark: str) -> str:
    parts, at = [], 0
    for index, token in enumerate(tokens[:-1]):
        after = tokens[index + 1]
        before = tokens[index - 1].token_type if index else TokenType.COMMA
        named = after.start == token.end + 1 and after.text.isidentifier()
        if token.token_type is TokenType.COLON and named and before not in _OPERANDS:
            parts += [sql[at : token.start], mark]
            at = token.end + 1
    return "".join([*parts, sql[at:]])


def marked_parameters(sql: str, tokens: list[Token]) -> str:
    """Return the text with each `:name` as a column of a marked name, for a parser that may not know the former.

    Raises:
        RequestError: `sql-parameters` where the text itself holds the mark.
    """
    if MARKED in sql.lower():
        raise RequestError("sql-parameters", f"No name may start with {MARKED}. Use another.")
    return _with_names(sql, tokens, MARKED)


def named_again(sql: str) -> str:
    """Return the text as SQLAlchemy's `text()` reads it: `:name` for each marked column, other colons kept from it."""
    parts = _SAID.split(sql)
    parts[::2] = [_READ_AS_PARAMETER.sub(lambda found: "\\" + found.group(), part) for part in parts[::2]]
    parts[1::2] = [f":{name}" for name in parts[1::2]]
    return "".join(parts)


def with_minus(sql: str, tokens: list[Token]) -> str:
    """Return the text with MINUS for EXCEPT, which Oracle knows only from version 21 on."""
    parts, at = [], 0
    for token in tokens:
        if token.token_type is TokenType.EXCEPT:
            parts += [sql[at : token.start], "MINUS"]
            at = token.end + 1
    return "".join([*parts, sql[at:]])


def ordered_pivot(sql: str, tokens: list[Token]) -> str:
    """Return a PIVOT or UNPIVOT statement with its ORDER BY or LIMIT outside, where the parser understands them."""
    depth = 0
    for token in tokens:
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        if depth == 0 and token.token_type in (TokenType.ORDER_BY, TokenType.LIMIT):
            return "".join(["SELECT * FROM (", sql[: token.start], "\n) ", sql[token.start :]])
    return sql


def called_names(tokens: list[Token], aliases: Collection[str], dialect: str) -> list[str]:
    """Return, in order and lower case, every name that the text calls as a function.

    A name behind a schema comes with it, since any schema may hold a function of any name; DuckDB writes methods so.

    Args:
        aliases: Names, in lower case, that the tree shows to be aliases with a column list, as in `t(a, b)`.
    """
    found = []
    words = _NOT_CALLS | _TYPES | _NOT_CALLS_OF.get(dialect, set())
    for index, (token, after) in enumerate(itertools.pairwise(tokens)):
        if after.token_type is not TokenType.L_PAREN:
            continue
        name = token.text.lower()
        schema = _schema(tokens, index, dialect)
        quoted = token.token_type in (TokenType.IDENTIFIER, TokenType.STRING)
        if schema:
            found.append(f"{schema}.{name}")
        elif quoted or (name.replace("_", "a").isalnum() and not name[0].isdigit()):
            word = not quoted and name in words
            if not word and not (name in aliases and _is_alias(tokens, index)):
                found.append(name)
    return found


def _schema(tokens: list[Token], index: int, dialect: str) -> str:
    """Return what stands before the dot before this token, "" if nothing does or what the engine itself is called."""
    if dialect == "duckdb" or index < 2 or tokens[index - 1].token_type is not TokenType.DOT:
        return ""
    name = tokens[index - 2].text.lower()
    deeper = index > 2 and tokens[index - 3].token_type is TokenType.DOT
    return "" if _BUILT_IN.get(dialect) == name and not deeper else name


def _is_alias(tokens: list[Token], index: int) -> bool:
    before = tokens[index - 1].text.lower() if index else ""
    return before in {"as", "with", "recursive"} or (before == "," and tokens[index - 2].text == ")")
