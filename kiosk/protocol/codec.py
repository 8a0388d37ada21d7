"""Between text on the wire and messages: every bound is checked on arrival."""

import json
import re
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from kiosk.errors import PeerError
from kiosk.protocol.fields import ID_PATTERN, MAX_MESSAGE_BYTES, ErrorCode, Message
from kiosk.protocol.messages import FromClient, FromDistributor

M = TypeVar("M", bound=FromClient | FromDistributor)
_ID = re.compile(ID_PATTERN)


class Codec(Generic[M]):
    """Decodes one direction's messages. Use `from_client` and `from_distributor`."""

    def __init__(self, messages: Any) -> None:
        self.adapter: TypeAdapter[M] = TypeAdapter(Annotated[messages, Field(discriminator="type")])

    def decode(self, text: str) -> M:
        """The message in ``text``. Raises `PeerError` with the code ``too_big``, ``malformed`` or ``unknown_type``."""
        if len(text.encode(errors="replace")) > MAX_MESSAGE_BYTES:
            raise PeerError(ErrorCode.TOO_BIG, f"A message is over {MAX_MESSAGE_BYTES} bytes.", "Send smaller ones.")
        try:
            message = self.adapter.validate_json(text)
        except ValidationError as error:
            raise _fault(error) from None
        if "id" not in message.model_fields_set:
            raise PeerError(ErrorCode.MALFORMED, f"{message.type}.id: a message brings its id.")
        return message


def encode(message: Message) -> str:
    """``message`` as one line of JSON; fields without a value are left out."""
    return message.model_dump_json(exclude_none=True)


def message_id(text: str) -> str | None:
    """The id of a message that couldn't be decoded, for the error's ``re``; none where even that can't be read."""
    try:
        value = json.loads(text)["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _fault(error: ValidationError) -> PeerError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return PeerError(ErrorCode.UNKNOWN_TYPE, "The message's type isn't one of this protocol version's.")
    where = ".".join(str(part) for part in first["loc"])
    return PeerError(ErrorCode.MALFORMED, f"{where or 'message'}: {first['msg']}.")


from_client: Codec[FromClient] = Codec(FromClient)
from_distributor: Codec[FromDistributor] = Codec(FromDistributor)
