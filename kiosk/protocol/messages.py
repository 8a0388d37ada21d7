"""Every message of the protocol, grouped by who sends it.

The story of a call: `Call` -> `Assigned` / `Incoming` (or `Queued` first) -> `Offer` -> `Answer`, `Candidate` ->
`Connected` -> `HangUp` -> `Ended`; on a standby link `Assigned` / `Incoming` -> `Attached` -> `Connected`. Before it: `Hello` -> `Challenge` -> `Prove` or `Enrol` (terminals) -> `Welcome`
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
    IceServers,
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
from kiosk.protocol.standby_messages import (
    Attached,
    LinkAnswer,
    LinkCandidate,
    LinkClosed,
    LinkLost,
    LinkOffer,
    LinkReady,
    LinkWanted,
    PreRoll,
    PreRollAsk,
    PreRollOver,
    SetPreRoll,
)

FromTerminal = (
    Hello
    | Prove
    | Enrol
    | Declare
    | Call
    | Offer
    | Connected
    | HangUp
    | Figures
    | LinkOffer
    | LinkReady
    | LinkLost
    | PreRollAsk
    | PreRollOver
    | Bye
    | Ping
)
FromAgent = (
    Hello
    | Declare
    | SetStatus
    | SetPreRoll
    | Answer
    | Candidate
    | LinkAnswer
    | LinkCandidate
    | LinkLost
    | Attached
    | HangUp
    | Bye
    | Ping
)
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
    | LinkOffer
    | LinkAnswer
    | LinkCandidate
    | LinkReady
    | LinkLost
    | Attached
    | PreRollAsk
    | PreRollOver
    | SetPreRoll
    | Bye
    | Ping
)
Standby = LinkWanted | LinkAnswer | LinkCandidate | LinkClosed | PreRoll | PreRollOver
"""To a terminal, about its standby links and its lease."""
ToTerminal = Challenge | Welcome | IceServers | Assigned | Queued | Answer | Candidate | Ended | Standby | Pong | Error
ToAgent = (
    Welcome
    | IceServers
    | Incoming
    | Offer
    | Ended
    | Status
    | LinkOffer
    | LinkClosed
    | PreRoll
    | PreRollOver
    | Pong
    | Error
)
FromDistributor = (
    Challenge
    | Welcome
    | IceServers
    | Assigned
    | Queued
    | Incoming
    | Offer
    | Answer
    | Candidate
    | Ended
    | Status
    | LinkWanted
    | LinkOffer
    | LinkAnswer
    | LinkCandidate
    | LinkClosed
    | PreRoll
    | PreRollOver
    | Pong
    | Error
)

__all__ = [
    "AgentCard",
    "Answer",
    "Assigned",
    "Attached",
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
    "IceServers",
    "Incoming",
    "LinkAnswer",
    "LinkCandidate",
    "LinkClosed",
    "LinkLost",
    "LinkOffer",
    "LinkReady",
    "LinkWanted",
    "Offer",
    "Ping",
    "Pong",
    "PreRoll",
    "PreRollAsk",
    "PreRollOver",
    "Prove",
    "Queued",
    "SetPreRoll",
    "SetStatus",
    "Standby",
    "Status",
    "TerminalCard",
    "ToAgent",
    "ToTerminal",
    "Welcome",
]
