"""The call button and its lamp: ports, gpiozero adapters and virtual twins."""
