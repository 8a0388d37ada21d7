"""What a terminal signs."""

from kiosk.protocol.proof import text_to_sign


def test_the_signed_text_is_laid_down() -> None:
    """A terminal of another version must sign the same bytes."""
    assert text_to_sign("ab12", "t-1", "boot") == b"kiosk terminal identity v1\nab12\nt-1\nboot"
    assert text_to_sign("ab12", "", "boot") == b"kiosk terminal identity v1\nab12\n\nboot"
