"""Pictures and sound: capture, playback, formats, and the virtual devices that ship with the product."""
