"""The terminal's connection to the distributor: WebSocket client, backoff, identity."""
