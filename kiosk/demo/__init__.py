"""One command that shows a call: distributor, console, terminal and a built-in agent."""
