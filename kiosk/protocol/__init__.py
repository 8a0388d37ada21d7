"""The wire vocabulary that terminals, agents' consoles and the distributor share: messages, their order, their codec."""
