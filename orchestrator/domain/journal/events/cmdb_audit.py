"""Events of audits of configuration records, on the journal of the house."""

from typing import Literal

from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.evidence.cmdb_audit import AsRecorded, HostAudit
from orchestrator.domain.text.model_base import HostName, Many, Name, Noun, Sha256, Text


class CmdbAuditBegan(Noun):
    """An audit begins: hosts are about to be compared with what is recorded of them.

    `whole`: every host on record of `environments` is asked. `timer`: `run-due` made it, because it was due.
    """

    kind: Literal["cmdb_audit_began"] = "cmdb_audit_began"
    audit: Name
    environments: Many[Name] = ()
    hosts: Many[HostName] = ()
    whole: bool = False
    timer: bool = False
    by: Text


class CmdbAudited(Noun):
    """The results of an audit, host by host; without this event an audit that began was broken off, or is under way.

    `as_recorded` are hosts of which there is nothing else to say. `remarks`: what was not known of hosts as a whole, such as an
    inventory that could not be read.
    """

    kind: Literal["cmdb_audited"] = "cmdb_audited"
    audit: Name
    hosts: Many[HostAudit] = ()
    as_recorded: Many[AsRecorded] = ()
    remarks: Many[Text] = ()


class DriftAccepted(Noun):
    """A person accepts an item as an audit found it: from now on that is what is expected there.

    The item is in the capture with this digest; where that has none, it is expected to be absent.
    """

    kind: Literal["drift_accepted"] = "drift_accepted"
    audit: Name
    host: HostName
    machine_id: str
    item_kind: str
    item_name: str
    capture: Sha256
    by: Text
    reason: Text
    spoken: Spoken | None = None
