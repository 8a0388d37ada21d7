"""REPLACES aiortc's receiving side: what it does with RTP between the transport and the track.

Pure cores with time as an argument: `bandwidth`, `sequence`, `lateness`, `nack`, `keys`, `frames`, `video`, `playout`, `counts`.
Around them: `payload` and `sound` (no clock either, but aiortc and numpy), `decoding` (threads), and `receiver`, the
shell that `install` puts in aiortc's place. docs/adr/0009-own-receive-path.md says why.
"""
