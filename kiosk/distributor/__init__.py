"""The central service: the routing core, the server around it, accounts, and the agents' console."""
