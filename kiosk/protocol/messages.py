"""Every message of the protocol, grouped by who sends it.

The story of a call: `Call` -> `Assigned` / `Incoming` (or `Queued` first) -> `Offer` -> `Answer`, `Candidate` ->
`Connected` -> `HangUp` -> `Ended`. Before it: `Hello` -> `Challenge` -> `Prove` or `Enrol` (terminals) -> `Welcome`
-> `Declare`.
"""

from kiosk.protocol.client_messages import (
    Bye,
    Call,
    Connected,
    Declare,
    DeclaredCall,
    Enrol,
    Figures,
    HangUp,
    Hello,
    Ping,
    Prove,
    SetStatus,
)
from kiosk.protocol.distributor_messages import (
    AgentCard,
    Assigned,
    Challenge,
    Ended,
    Error,
    IceServer,
    Incoming,
    Pong,
    Queued,
    Status,
    TerminalCard,
    Welcome,
)
from kiosk.protocol.relayed_messages import (
    Answer,
    Candidate,
    Offer,
)

FromTerminal = Hello | Prove | Enrol | Declare | Call | Offer | Connected | HangUp | Figures | Bye | Ping
FromAgent = Hello | Declare | SetStatus | Answer | Candidate | HangUp | Bye | Ping
FromClient = (
    Hello
    | Prove
    | Enrol
    | Declare
    | Call
    | Offer
    | Connected
    | HangUp
    | Figures
    | SetStatus
    | Answer
    | Candidate
    | Bye
    | Ping
)
ToTerminal = Challenge | Welcome | Assigned | Queued | Answer | Candidate | Ended | Pong | Error
ToAgent = Welcome | Incoming | Offer | Ended | Status | Pong | Error
FromDistributor = (
    Challenge | Welcome | Assigned | Queued | Incoming | Offer | Answer | Candidate | Ended | Status | Pong | Error
)

__all__ = [
    "AgentCard",
    "Answer",
    "Assigned",
    "Bye",
    "Call",
    "Candidate",
    "Challenge",
    "Connected",
    "Declare",
    "DeclaredCall",
    "Ended",
    "Enrol",
    "Error",
    "Figures",
    "FromAgent",
    "FromClient",
    "FromDistributor",
    "FromTerminal",
    "HangUp",
    "Hello",
    "IceServer",
    "Incoming",
    "Offer",
    "Ping",
    "Pong",
    "Prove",
    "Queued",
    "SetStatus",
    "Status",
    "TerminalCard",
    "ToAgent",
    "ToTerminal",
    "Welcome",
]
