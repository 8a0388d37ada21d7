"""REPLACES aiortc's sending side: what is sent, how much, how large and how often, and in which order it leaves.

Pure cores with time as an argument: `rate`, `ladder`, `board`, `adaptation`, `pacer`, `thinner`, `key_requests`, `rtp_clock`. Around
them: `h264` (x264), `hardware` with `probe` and `trial` (the board's encoder), `encoders`, `heat`, and `sender`, the shell that
`install` puts in aiortc's place. docs/adr/0018-own-send-path.md says why.
"""
