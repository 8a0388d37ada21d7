"""Bad input fills no log."""

from kiosk.rtc.receive.complaints import EVERY_S, Complaints


def test_one_line_at_most_every_so_often_and_none_is_uncounted() -> None:
    complaints = Complaints()
    told = [complaints.due(step * EVERY_S / 100) for step in range(301)]
    assert [count for count in told if count is not None] == [1, 100, 100, 100]
    assert complaints.total == 301
