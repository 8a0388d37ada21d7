"""CORE. Who serves whom: events in, effects out, time as an argument, one next deadline."""
