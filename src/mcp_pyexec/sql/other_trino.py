"""Trino's READ ONLY transaction, which its driver can carry and not start: it starts only such as may write.

The way in is not documented by the driver: `_create_request` and `_transaction` of its connection.

Source: Trino manual, START TRANSACTION; the driver's `trino.transaction.Transaction.begin`, 0.333 to 0.340.
"""

from __future__ import annotations

from typing import Any

__all__ = ["begin_read_only"]

_BEGIN = "START TRANSACTION READ ONLY"


def begin_read_only(connection: Any) -> None:
    """Start the transaction in which the connection's statements run from now on, until its rollback.

    Raises:
        trino.exceptions.Error: The server starts none.
    """
    from trino.constants import HEADER_STARTED_TRANSACTION
    from trino.exceptions import DatabaseError
    from trino.transaction import NO_TRANSACTION, Transaction

    request = connection._create_request()
    request.transaction_id = NO_TRANSACTION
    response = request.post(_BEGIN)
    status = request.process(response)
    started = response.headers.get(HEADER_STARTED_TRANSACTION)
    while status.next_uri:
        response = request.get(status.next_uri)
        status = request.process(response)
        started = response.headers.get(HEADER_STARTED_TRANSACTION) or started
    if not started or started == NO_TRANSACTION:
        raise DatabaseError("the server started no transaction")
    transaction = Transaction(request)
    transaction._id = request.transaction_id = started
    connection._transaction = transaction
