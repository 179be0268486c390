"""A client made from the document: every path, parameter, body and error is typed.

openapi-python-client generate --url http://127.0.0.1:3000/openapi.json --output-path build/python
PYTHONPATH=build/python python3 client.py http://127.0.0.1:3000
"""

import sys
from typing import TypeVar

from orders_client import AuthenticatedClient
from orders_client.api.orders import advance, cancel, list_orders, place, show_order
from orders_client.models import Order, OrderLine, OrderStatus, PlaceOrder, Problem, SetStatus

T = TypeVar("T")

# In header mode the user; with tokens: token=TOKEN alone.
client = AuthenticatedClient(sys.argv[1], token="1", prefix="", auth_header_name="user_id")


def wanted(answer: T | Problem | None) -> T:
    """What was answered, or the problem as an error."""
    if answer is None or isinstance(answer, Problem):
        raise RuntimeError(answer.detail if answer else "an answer that is not in the document")
    return answer


lines = PlaceOrder(products=[OrderLine(id=9, quantity=7)])
for key in range(3):
    wanted(place.sync(client=client, body=lines, idempotency_key=f"example-{key}"))
first: Order = wanted(show_order.sync(1, client=client))
print("read", first.id, first.status, first.total, first.order_product[0].name)

# Page after page: each begins after the last order of the one before.
after = "0"
while page := wanted(list_orders.sync(client=client, user_id=1, limit=2, after=after)):
    print("page", *(order.id for order in page))
    after = str(page[-1].id)

print("cancelled", wanted(cancel.sync(first.id, client=client)).status)

refused = advance.sync(first.id, client=client, body=SetStatus(status=OrderStatus.SHIPPED))
if isinstance(refused, Problem):
    print("refused", refused.status, refused.type_, refused.allowed)
unknown = place.sync(client=client, body=PlaceOrder(products=[OrderLine(id=999, quantity=1)]))
if isinstance(unknown, Problem):
    for fault in unknown.errors or []:
        print("invalid", fault.pointer, fault.detail)
