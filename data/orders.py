"""Orders, and prescription proposals that a nurse decides."""

from __future__ import annotations

from typing import Any

from data.accounts import Account, require_role
from data.action_values import Item, Order, Receipt, item_from_row
from data.audit import AuditLog
from data.canonical import storable
from data.catalogue import Catalogue
from data.clock import Clock, to_text
from data.errors import Conflict, NotAllowed, NotFound
from data.ids import NewId
from data.receipts import Done, Receipts, Request
from data.row_hashes import RowKey
from data.store import Row, Store

MAX_QUANTITY = 10
"""Of one item in one order. Needs sign-off by the clinic's safety officer."""


class Orders(Catalogue):
    """Supplies and pharmacy items, and what patients ordered of them."""

    def __init__(self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId, receipts: Receipts) -> None:
        super().__init__(store, audit)
        self._clock = clock
        self._new_id = new_id
        self._receipts = receipts

    def place_order(
        self,
        item_id: str,
        quantity: int,
        *,
        session_id: str,
        patient_id: str,
        turn_id: str | None,
        idempotency_key: str,
    ) -> Receipt:
        """Order an item that needs no prescription, out of stock at once.

        Raises:
            NotFound: no such item.
            NotAllowed: it needs a prescription, or the session is about another patient.
            OutOfStock: fewer are left.
            ValueError: quantity outside 1…MAX_QUANTITY.
        """
        _check_quantity(quantity)
        args = {"item_id": item_id, "quantity": quantity}
        request = Request(session_id, patient_id, turn_id, idempotency_key, "ordered", args)

        def act() -> Done:
            item = self.item(item_id)
            if item.kind == "rx":
                raise NotAllowed("a prescription item can only be proposed")
            self.move_stock(item, -quantity)
            order_id = self._insert_order(request, item.item_id, item, quantity, "placed", "")
            text = f"Ordered: {quantity} × {item.name}, {_money(quantity * item.price_cents, item.currency)}."
            return Done(order_id, text, [("orders", order_id), ("items", item_id)])

        return self._receipts.once(request, "order.placed", act)

    def propose_prescription(
        self,
        item: str,
        quantity: int,
        note: str,
        *,
        session_id: str,
        patient_id: str,
        turn_id: str | None,
        idempotency_key: str,
        refill: bool = False,
    ) -> Receipt:
        """Ask a nurse to approve a prescription item; nothing is ordered yet.

        Args:
            item: an item id, or the medicine's name when the catalogue has none.
            quantity: packs.
            note: what the nurse should know.
            session_id: the session asking.
            patient_id: the session's patient.
            turn_id: the turn asking.
            idempotency_key: the same key gets the same receipt.
            refill: a repeat of a medicine on record (receipt `refill_requested` instead of `proposed`).

        Raises:
            NotAllowed: the session is about another patient.
            ValueError: quantity outside 1…MAX_QUANTITY, or no medicine named.
        """
        _check_quantity(quantity)
        if not item.strip():
            raise ValueError("a proposal names a medicine")
        action = "refill_requested" if refill else "proposed"
        args = {"item": item, "quantity": quantity, "note": note}
        request = Request(session_id, patient_id, turn_id, idempotency_key, action, args)

        def act() -> Done:
            row = self._store.row("SELECT * FROM items WHERE item_id = ?", (item,))
            known = item_from_row(row) if row else None
            order_id = self._insert_order(
                request, known.item_id if known else None, known or item, quantity, "proposed", note
            )
            name = known.name if known else storable(item)
            return Done(order_id, f"Sent to a nurse to approve: {quantity} × {name}.", [("orders", order_id)])

        return self._receipts.once(request, "prescription.proposed", act)

    def cancel_order(
        self, order_id: str, *, session_id: str, patient_id: str, turn_id: str | None, idempotency_key: str
    ) -> Receipt:
        """Cancel one's own order or open proposal; ordered stock goes back.

        Raises:
            NotFound: no such order.
            NotAllowed: somebody else's.
            Conflict: cancelled or decided already.
        """
        request = Request(session_id, patient_id, turn_id, idempotency_key, "cancelled", {"order_id": order_id})

        def act() -> Done:
            order = self.order(order_id, patient_id=patient_id)
            if order.status not in {"placed", "proposed"}:
                raise Conflict("this order can no longer be cancelled")
            rows: list[RowKey] = [("orders", order_id)]
            if order.status == "placed" and order.item_id:
                self.move_stock(self.item(order.item_id), order.quantity)
                rows.append(("items", order.item_id))
            self._store.update("orders", "order_id", order_id, {"status": "cancelled"})
            return Done(order_id, f"Cancelled: {order.quantity} × {order.item_name}.", rows)

        return self._receipts.once(request, "order.cancelled", act)

    def order(self, order_id: str, *, patient_id: str | None = None) -> Order:
        """One order; with `patient_id`, only that patient's.

        Raises:
            NotFound: no such order.
            NotAllowed: another patient's.
        """
        row = self._store.row("SELECT * FROM orders WHERE order_id = ?", (order_id,))
        if row is None:
            raise NotFound("no such order")
        if patient_id is not None and row["patient_id"] != patient_id:
            raise NotAllowed("this order is another patient's")
        return Order(**row)

    def orders_of(self, patient_id: str) -> list[Order]:
        """A patient's orders and proposals, newest first."""
        sql = "SELECT * FROM orders WHERE patient_id = ? ORDER BY created_at DESC, rowid DESC"
        return [Order(**row) for row in self._store.rows(sql, (patient_id,))]

    def proposals(self, status: str | None = "proposed") -> list[Order]:
        """Prescription proposals of a status (None: all), oldest first."""
        sql = "SELECT * FROM orders WHERE kind = 'rx' AND (? IS NULL OR status = ?) ORDER BY created_at, rowid"
        return [Order(**row) for row in self._store.rows(sql, (status, status))]

    def approve_proposal(self, order_id: str, account: Account | str) -> Order:
        """A nurse approves; a catalogue item leaves the stock.

        Raises:
            NotAllowed: not a nurse.
            Conflict: decided or cancelled already.
            OutOfStock: fewer are left.
        """
        return self._decide(order_id, account, "approved", None)

    def decline_proposal(self, order_id: str, account: Account | str, reason: str) -> Order:
        """A nurse declines, and says why.

        Raises:
            NotAllowed: not a nurse.
            Conflict: decided or cancelled already.
            ValueError: no reason.
        """
        if not reason.strip():
            raise ValueError("declining needs a reason")
        return self._decide(order_id, account, "declined", storable(reason))

    def _decide(self, order_id: str, account: Account | str, status: str, reason: str | None) -> Order:
        with self._store.write():
            account_id = require_role(self._store, account, "nurse")
            order = self.order(order_id)
            if order.status != "proposed":
                raise Conflict("this proposal is decided already")
            rows: list[RowKey] = [("orders", order_id)]
            if status == "approved" and order.item_id:
                self.move_stock(self.item(order.item_id), -order.quantity)
                rows.append(("items", order.item_id))
            decided = {"status": status, "decided_by": account_id, "decision_reason": reason}
            self._store.update("orders", "order_id", order_id, decided | {"decided_at": to_text(self._clock())})
            payload = {"order_id": order_id, "reason": reason}
            self._record(f"prescription.{status}", account_id, payload, rows, order)
            self._audit.anchor()
            return self.order(order_id)

    def _insert_order(
        self, request: Request, item_id: str | None, item: Item | str, quantity: int, status: str, note: str
    ) -> str:
        order_id = f"ord_{self._new_id()}"
        known = item if isinstance(item, Item) else None
        row: Row = {
            "order_id": order_id,
            "patient_id": request.patient_id,
            "session_id": request.session_id,
            "turn_id": request.turn_id,
            "item_id": item_id,
            "item_name": known.name if known else storable(str(item)),
            "kind": "rx" if status == "proposed" else (known.kind if known else "rx"),
            "quantity": quantity,
            "total_cents": known.price_cents * quantity if known else None,
            "currency": known.currency if known else None,
            "status": status,
            "note": storable(note),
            "created_at": to_text(self._clock()),
        }
        self._store.insert("orders", row)
        return order_id

    def _record(
        self, event: str, actor: str, payload: dict[str, Any], rows: list[RowKey], order: Order | None = None
    ) -> None:
        self._audit.append(
            event,
            session_id=order.session_id if order else None,
            patient_id=order.patient_id if order else None,
            actor=actor,
            payload=payload,
            rows=rows,
        )


def _check_quantity(quantity: int) -> None:
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= MAX_QUANTITY:
        raise ValueError("the quantity is out of range")


def _money(cents: int, currency: str) -> str:
    return f"{cents // 100}.{cents % 100:02d} {currency}"
