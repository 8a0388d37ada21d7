"""Kiosk appliance software for Raspberry Pi branch terminals."""
