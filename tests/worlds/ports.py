"""All ports, where a test brings some of them: fakes stand behind the others."""

from orchestrator.adapters.store.cmdb.sql_cmdb import cmdb_beside
from orchestrator.adapters.store.people.sql_people import people_beside
from orchestrator.engine.balancing_ports import Balancers
from orchestrator.engine.cmdb_ports import OutsideCmdbs
from orchestrator.engine.measuring_ports import Measurements
from orchestrator.engine.messaging_ports import Channels, MessageTexts, PlainTexts, Senders
from orchestrator.engine.ports import (
    Authority,
    BaselineStore,
    Clock,
    HostLocks,
    Journal,
    Keys,
    PlaybookRuns,
    Ports,
    Storage,
    Targets,
    Voice,
)
from orchestrator.engine.project_ports import MediaLibrary
from orchestrator.engine.ticket_ports import ChangeTickets
from tests.fakes.attachments import FakeAttachments
from tests.fakes.authority import FakeAuthority, FakeKeys
from tests.fakes.balancers import FakeBalancers
from tests.fakes.baseline_store import FakeBaselineStore
from tests.fakes.channels import FakeChannels
from tests.fakes.cmdb import FakeCmdb
from tests.fakes.host_locks import FakeHostLocks
from tests.fakes.journal import FakeJournal
from tests.fakes.library import FakeLibrary
from tests.fakes.measurements import FakeMeasurements
from tests.fakes.outside_cmdbs import FakeOutsideCmdbs
from tests.fakes.people import FakePeople
from tests.fakes.plans import FakePlans
from tests.fakes.prepared_words import FakePreparedWords
from tests.fakes.senders import FakeSenders
from tests.fakes.storage import FakeStorage
from tests.fakes.tickets import FakeTickets
from tests.fakes.voice import FakeVoice


def ports_over(
    clock: Clock,
    plans: FakePlans,
    playbooks: PlaybookRuns,
    targets: Targets,
    *,
    journal: Journal | None = None,
    storage: Storage | None = None,
    locks: HostLocks | None = None,
    baselines: BaselineStore | None = None,
    library: MediaLibrary | None = None,
    authority: Authority | None = None,
    keys: Keys | None = None,
    voice: Voice | None = None,
    balancers: Balancers | None = None,
    measurements: Measurements | None = None,
    tickets: ChangeTickets | None = None,
    channels: Channels | None = None,
    texts: MessageTexts | None = None,
    senders: Senders | None = None,
    outside_cmdbs: OutsideCmdbs | None = None,
) -> Ports:
    """Those that are given, and fakes for the rest."""
    journal = journal or FakeJournal(clock)
    return Ports(
        plan_files=plans,
        inspector=plans,
        project_files=plans,
        clock=clock,
        journal=journal,
        cmdb=FakeCmdb(journal) if isinstance(journal, FakeJournal) else cmdb_beside(journal),
        people=FakePeople() if isinstance(journal, FakeJournal) else people_beside(journal),
        storage=storage or FakeStorage(),
        locks=locks or FakeHostLocks(clock),
        playbooks=playbooks,
        targets=targets,
        baselines=baselines or FakeBaselineStore(),
        attachments=FakeAttachments(),
        balancers=balancers or FakeBalancers(),
        library=library or FakeLibrary(),
        authority=authority or FakeAuthority(),
        keys=keys or FakeKeys(),
        voice=voice or FakeVoice(),
        measurements=measurements or FakeMeasurements(),
        tickets=tickets or FakeTickets(),
        channels=channels or FakeChannels(),
        texts=texts or PlainTexts(),
        senders=senders or FakeSenders(),
        outside_cmdbs=outside_cmdbs or FakeOutsideCmdbs(),
        prepared_words=FakePreparedWords(),
    )
