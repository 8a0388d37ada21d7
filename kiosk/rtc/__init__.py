"""The WebRTC peer behind a small port: aiortc, its tracks and what is replaced in it."""
