"""What a terminal signs to prove that it holds its key."""


def text_to_sign(nonce: str, terminal_id: str, boot_id: str) -> bytes:
    """The bytes under an Ed25519 signature (RFC 8032): a context line, then the challenge's nonce and who answers it.

    ``terminal_id`` is empty while a terminal enrols. The context line keeps the signature useless anywhere else.
    """
    return f"kiosk terminal identity v1\n{nonce}\n{terminal_id}\n{boot_id}".encode()
