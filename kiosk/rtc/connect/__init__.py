"""How a call's media finds its way: ICE, DTLS, STUN and TURN over aiortc, tuned for few round trips."""
