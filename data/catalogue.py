"""The catalogue of supplies and pharmacy items, and what is left of them."""

from __future__ import annotations

from rapidfuzz import fuzz

from data.action_values import ITEM_KINDS, Item, item_from_row
from data.audit import AuditLog
from data.canonical import canonical_json, storable
from data.errors import NotFound, OutOfStock
from data.store import Store

_CLOSE_SPELLING = 85.0  # rapidfuzz ratio, 0-100: one or two letters off in a product's name


class Catalogue:
    """What can be ordered."""

    def __init__(self, store: Store, audit: AuditLog) -> None:
        self._store = store
        self._audit = audit

    def add_item(self, item: Item) -> None:
        """Put an item into the catalogue; one with this id stays as it is.

        Raises:
            ValueError: unknown kind, or a negative price or stock.
        """
        if item.kind not in ITEM_KINDS or item.stock < 0 or item.price_cents < 0:
            raise ValueError("an item needs a known kind and no negative price or stock")
        lists = {
            name: canonical_json(list(getattr(item, name))) for name in ("ingredients", "interacts_with", "keywords")
        }
        with self._store.write():
            if self._store.row("SELECT 1 FROM items WHERE item_id = ?", (item.item_id,)) is None:
                self._store.insert("items", vars(item) | lists)
                rows = [("items", item.item_id)]
                self._audit.append("item.added", actor="system", payload={"item_id": item.item_id}, rows=rows)

    def search_items(self, query: str, kind: str | None = None) -> list[Item]:
        """Catalogue items that fit the words, best first; an empty query lists all. Small misspellings are forgiven."""
        rows = self._store.rows("SELECT * FROM items WHERE ? IS NULL OR kind = ? ORDER BY name", (kind, kind))
        items = [item_from_row(row) for row in rows]
        words = [word for word in storable(query).casefold().split() if len(word) > 1]
        if not words:
            return items if not query.strip() else []
        scored = [(_score(item, words), item) for item in items]
        return [item for score, item in sorted(scored, key=lambda pair: -pair[0]) if score > 0]

    def item(self, item_id: str) -> Item:
        """One item.

        Raises:
            NotFound: no such item.
        """
        row = self._store.row("SELECT * FROM items WHERE item_id = ?", (item_id,))
        if row is None:
            raise NotFound("no such item")
        return item_from_row(row)

    def move_stock(self, item: Item, change: int) -> None:
        """Add to an item's stock, or take from it, inside the caller's write.

        Raises:
            OutOfStock: fewer are left.
        """
        if item.stock + change < 0:
            raise OutOfStock("not enough in stock")
        self._store.update("items", "item_id", item.item_id, {"stock": item.stock + change})


def _score(item: Item, words: list[str]) -> float:
    name = item.name.casefold().split()
    strong = [*name, *(part for keyword in item.keywords for part in keyword.casefold().split()), *item.ingredients]
    weak = item.description.casefold().split()
    return sum(3 * _hit(word, strong) + _hit(word, weak) for word in words) + 0.1 * _hit(words[0], name)


def _hit(word: str, among: list[str]) -> float:
    if any(other.startswith(word) or (len(other) > 3 and word.startswith(other)) for other in among):
        return 1.0
    close = len(word) > 3 and any(fuzz.ratio(word, other) >= _CLOSE_SPELLING for other in among)
    return 0.8 if close else 0.0
