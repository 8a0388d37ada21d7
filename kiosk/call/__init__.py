"""The terminal's call: a pure state machine, events in and effects out, time passed in."""
