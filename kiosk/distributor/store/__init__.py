"""What the distributor keeps on disk: terminals and their keys, agents, one-time codes, sessions, its epoch."""

from kiosk.distributor.store.faults import StoreError
from kiosk.distributor.store.store import Store

__all__ = ["Store", "StoreError"]
