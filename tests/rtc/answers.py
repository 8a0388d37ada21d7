"""Answers that no honest console gives, made of an honest one; by name."""

import random
import re
from collections.abc import Callable

Spoil = Callable[[str], str]


def _parts(answer: str) -> list[str]:
    """The session's part and those of the media."""
    head, *media = re.split(r"(?m)^(?=m=)", answer)
    return [head, *media]


def _without(pattern: str) -> Spoil:
    return lambda answer: re.sub(rf"(?m)^{pattern}.*\r?\n", "", answer)


def _one_media_line(answer: str) -> str:
    return "".join(_parts(answer)[:2])


def _other_codecs(answer: str) -> str:
    """AV1 only, under a number that was not offered."""
    head, audio, video = _parts(answer)
    video = re.sub(r"(?m)^(m=video \S+ \S+).*$", r"\1 45", video)
    return head + audio + re.sub(r"(?m)^a=(rtpmap|fmtp|rtcp-fb):.*\r?\n", "", video) + "a=rtpmap:45 AV1/90000\r\n"


def _data_channel_only(answer: str) -> str:
    head, audio, _ = _parts(answer)
    data = re.sub(r"(?m)^m=audio.*$", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", audio)
    return (
        head
        + re.sub(r"(?m)^a=(rtpmap|fmtp|rtcp-fb|ssrc|extmap|rtcp-mux|rtcp:).*\r?\n", "", data)
        + "a=sctp-port:5000\r\n"
    )


def _garbage(_: str) -> str:
    chance = random.Random(11)
    return "".join(chr(chance.randrange(1, 0x2FF)) for _ in range(24_000))


def _garbage_lines(_: str) -> str:
    chance = random.Random(12)
    words = [
        "v=0",
        "m=video",
        "m=audio 9 UDP/TLS/RTP/SAVPF",
        "a=",
        "a=rtpmap:",
        "a=candidate:1",
        "c=IN",
        "t=0 0",
        "a=ssrc:x",
        "o=-",
    ]
    return "\r\n".join(
        chance.choice(words) + chance.choice(["", " ", "99999999999", ":", "\0", " 1 2 3"]) for _ in range(4000)
    )


def _many_media(answer: str) -> str:
    head, audio, video = _parts(answer)
    return head + (audio + video) * 12


NO_ANSWERS: dict[str, Spoil] = {
    "nothing": lambda _: "",
    "only its head": lambda answer: _parts(answer)[0],
    "no picture's line": _one_media_line,
    "two dozen media lines": _many_media,
    "the order changed": lambda answer: "".join(_parts(answer)[place] for place in (0, 2, 1)),
    "other codecs only": _other_codecs,
    "a data channel only": _data_channel_only,
    "no ICE credentials": _without("a=ice-"),
    "no fingerprint": _without("a=fingerprint"),
    "fingerprints that nobody knows": lambda answer: re.sub("fingerprint:sha-", "fingerprint:md-", answer),
    "no mid": _without("a=mid"),
    "no set-up": _without("a=setup"),
    "a set-up that nobody knows": lambda answer: re.sub("a=setup:.*", "a=setup:sideways", answer),
    "both passive": lambda answer: re.sub("a=setup:.*", "a=setup:holdconn", answer),
    "no rtpmap": _without("a=rtpmap"),
    "payload types that are words": lambda answer: re.sub(r"(m=\w+ \d+ \S+).*", r"\1 one two", answer),
    "ports that are words": lambda answer: re.sub(r"(m=\w+) \d+", r"\1 port", answer),
    "candidates that are none": lambda answer: re.sub("a=candidate:.*", "a=candidate:1 1 udp", answer),
    "48 kB of garbage": _garbage,
    "48 kB of broken lines": _garbage_lines,
    "half of it": lambda answer: answer[: len(answer) // 2],
}

STILL_ANSWERS: dict[str, Spoil] = {
    "no bundle group": _without("a=group"),
    "plain RTP in the media lines": lambda answer: answer.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
    "no candidates": lambda answer: re.sub(r"(?m)^a=(candidate|end-of-candidates).*\r?\n", "", answer),
    "attributes from the future": lambda answer: answer.replace("a=mid:", "a=quantum:entangled 7\r\na=mid:"),
    "line feeds only": lambda answer: answer.replace("\r\n", "\n"),
}
"""Odd ones that can be used: aiortc has everything on one transport whatever the group says, and finds the way by itself."""
