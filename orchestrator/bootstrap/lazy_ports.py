"""Ports that are wired on first use: a command that only reads the journal loads neither ssh nor YAML."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING

from orchestrator.adapters import process
from orchestrator.adapters.clock import SystemClock
from orchestrator.bootstrap import disk_reserve
from orchestrator.bootstrap.beside_journal import BesideJournal
from orchestrator.bootstrap.house import HOUSE_FILE, House, house_of
from orchestrator.engine import (
    anchor_ports,
    attachment_ports,
    balancing_ports,
    cmdb_ports,
    hint_ports,
    measuring_ports,
    messaging_ports,
    ports,
    project_ports,
    record_ports,
    seal_ports,
    ticket_ports,
)
from orchestrator.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from orchestrator.adapters.ansible.choice import AnsibleChoice
    from orchestrator.adapters.ansible.isolation.images import Images
    from orchestrator.adapters.ansible.warm import WarmStart
    from orchestrator.adapters.keys.signer import Signer
    from orchestrator.adapters.store.contents import SharedContents
    from orchestrator.adapters.store.disk import DiskStorage
    from orchestrator.bootstrap.own_voice import OpenKey
    from orchestrator.bootstrap.runs_beside import RunsBeside
    from orchestrator.bootstrap.zone_hands import ZoneHands
    from orchestrator.domain.authority.signing import Keyring
    from orchestrator.domain.rules.channels import Channel
    from orchestrator.domain.rules.cmdb_file import OutsideCmdb
    from orchestrator.engine.redaction import Redaction


class WiredPorts(BesideJournal, ports.Ports):
    """All ports over real hosts, real Ansible and the store below `root`, which is opened on first use.

    Each port is a property that constructs its adapter once.
    """

    def __init__(  # noqa: PLR0913 - what the composition root is told
        self,
        root: Path,
        warm: WarmStart | None = None,
        open_key: OpenKey | None = None,
        house_file: Path = HOUSE_FILE,
        *,
        ansible: Path | None = None,
        choice: AnsibleChoice | None = None,
        late: bool = False,
        guest: bool = False,
        become: str | None = None,
        voice: ports.Voice | None = None,
    ) -> None:
        """`late`: where there is no home, it is made with the first thing that is written, and not by a look.

        `guest`: the home is another user's, and is only read.

        `become`: the password to become root on hosts that a person gave.

        `voice`: whose word is taken, where it is not that of whoever runs this process.

        `ansible`: what an option of the command line names; `choice`: the Ansible, where that is chosen already.
        """
        self._named_ansible, self._choice = ansible, choice
        self._become, self._voice = become, voice
        self._late, self._guest = late, guest
        self._root, self._warm, self._open_key, self._house_file = root, warm, open_key, house_file
        self._url = os.environ.get("ORCH_STORE_URL") or None

    def opened(self) -> WiredPorts:
        """Open the store now. Raises StoreFault."""
        _ = self.journal
        return self

    def load(self) -> WiredPorts:
        """Wire the remaining ports now. Raises StoreFault."""
        for port in fields(self.opened()):
            getattr(self, port.name)
        return self

    @cached_property
    def house(self) -> House:
        """Where the house is. Raises PlanFault."""
        return house_of(self._root, self._house_file)

    @cached_property
    def ansible(self) -> AnsibleChoice:
        """The Ansible that runs use."""
        from orchestrator.bootstrap.project_settings import ansible_choice

        return self._choice or ansible_choice(self._named_ansible)

    @cached_property
    def images(self) -> Images:
        """What is known of the images in which runs have their Ansible."""
        from orchestrator.adapters.ansible.isolation.images import Images

        return Images()

    @cached_property
    def clock(self) -> ports.Clock:
        return SystemClock()

    @cached_property
    def storage(self) -> DiskStorage:
        from orchestrator.adapters.store.disk import DiskStorage

        return DiskStorage(self._root, disk_reserve())

    @cached_property
    def journal(self) -> ports.Journal:
        from orchestrator.adapters.store.journal import SqlJournal
        from orchestrator.bootstrap.shared_store import claim_terms, told_of_upgrade

        journal = SqlJournal(
            self._root,
            self.clock,
            url=self._url,
            relief=self.storage.relieve,
            seal_keys=None if self._guest else self.seal_keys,
            late=self._late,
            guest=self._guest,
            claims=claim_terms(),
        )
        return told_of_upgrade(journal)

    @cached_property
    def seal_keys(self) -> seal_ports.SealKeys:
        from orchestrator.adapters.keys.seal_keys import FolderSealKeys

        return FolderSealKeys(self._root, self.clock.now, relief=self.storage.relieve)

    @cached_property
    def seals(self) -> seal_ports.Seals:
        from orchestrator.adapters.store.seals.sql_seals import seals_beside

        return seals_beside(self.journal, self.seal_keys, self.clock)

    @cached_property
    def anchors(self) -> anchor_ports.Anchors:
        from orchestrator.adapters.anchors import KnownAnchors
        from orchestrator.adapters.files.anchors_file import anchors_of

        places = (self.house.place, self._root.absolute())
        return KnownAnchors(lambda: anchors_of(places), process.run, self.clock.now)

    @cached_property
    def disposals(self) -> record_ports.Disposals:
        from orchestrator.adapters.store.disposal.home_disposals import disposals_beside

        return disposals_beside(self.journal, self._root)

    @cached_property
    def canaries(self) -> record_ports.CanaryFiles:
        from orchestrator.adapters.files.canary_file import FolderCanaryFiles

        return FolderCanaryFiles((self.house.place, self._root.absolute()))

    @cached_property
    def outside_cmdbs(self) -> cmdb_ports.OutsideCmdbs:
        from orchestrator.adapters.channels.secret_values import secret_value
        from orchestrator.adapters.cmdb import HttpCmdbs
        from orchestrator.adapters.delivery_processes import begin_delivery
        from orchestrator.adapters.files.cmdb_file import CMDB, known_cmdb_file

        home = self._root.absolute()
        places = (self.house.place, home)

        def known() -> Mapping[str, OutsideCmdb]:
            loaded = known_cmdb_file(places)
            return {} if loaded is None else loaded.noun.outside

        def begin() -> None:
            with suppress(OSError):
                if any((place / CMDB).is_file() for place in places):
                    begin_delivery(home, process.spawn_child)

        return HttpCmdbs(known, lambda secret: secret_value(secret, process.run), begin)

    @cached_property
    def plan_files(self) -> project_ports.PlanFiles:
        from orchestrator.adapters.files.plan_file import FolderPlanFiles
        from orchestrator.bootstrap.project_settings import image_setting

        return FolderPlanFiles(lambda: image_setting().value)

    @cached_property
    def inspector(self) -> project_ports.Inspector:
        from orchestrator.adapters.ansible.inspector_port import AnsibleInspector

        return AnsibleInspector(
            self._warm, self.ansible, self._become, images=self.images, home=self._root.absolute()
        )

    @cached_property
    def project_files(self) -> project_ports.ProjectFiles:
        from orchestrator.adapters.files.project_files import DirectoryFiles

        return DirectoryFiles()

    @cached_property
    def locks(self) -> ports.HostLocks:
        from orchestrator.adapters.store.host_locks import SqlHostLocks

        return SqlHostLocks(
            self._root, self.clock, url=self._url, relief=self.storage.relieve, late=self._late
        )

    @cached_property
    def playbooks(self) -> ports.PlaybookRuns:
        from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks, Given
        from orchestrator.engine.redacted_ports import RedactedRuns

        runs = AnsiblePlaybooks(
            self._root / "attempts",
            warm=self._warm,
            begun=self._root / "begun",
            choice=self.ansible,
            given=Given(self.kept_logins, self._become),
            images=self.images,
            home=self._root.absolute(),
        )
        return RedactedRuns(self._zones.runs_beside(runs, self._become, self.ansible), self.redaction)

    @cached_property
    def _zones(self) -> ZoneHands:
        """Hands for hosts of zones."""
        from orchestrator.bootstrap.zone_hands import ZoneHands

        return ZoneHands(self._root, self._url)

    @cached_property
    def kept_logins(self) -> process.KeptLogins:
        """The logins of visits that a run may go by; both ports have the same."""
        return process.KeptLogins()

    @cached_property
    def targets(self) -> ports.Targets:
        from orchestrator.adapters.checks import ControllerChecks
        from orchestrator.adapters.checks.http_secrets import secrets_of
        from orchestrator.adapters.checks.network import Asking
        from orchestrator.adapters.ssh import Logins, SshTargets
        from orchestrator.adapters.ssh.on_target import network
        from orchestrator.engine.redacted_ports import RedactedTargets
        from orchestrator.engine.routed_targets import RoutedTargets

        controller = ControllerChecks(process.run, self.clock, Asking(network.ask_http, network.ask_tcp))
        logins = Logins(self.redaction.become, self.kept_logins, self.redaction.login)
        hosts = SshTargets(controller, secrets_of=secrets_of, logins=logins)
        here = RoutedTargets(hosts, lambda: self._runs_beside().targets(controller))
        return RedactedTargets(self._zones.targets_beside(here, self.redaction), self.redaction)

    @cached_property
    def hints(self) -> hint_ports.Hints:
        return self._runs_beside().hints()

    def _runs_beside(self) -> RunsBeside:
        from orchestrator.bootstrap.runs_beside import RunsBeside

        return RunsBeside(self._root.absolute(), self.clock, self._warm, self.ansible, self.images)

    @cached_property
    def measurements(self) -> measuring_ports.Measurements:
        from orchestrator.adapters.checks.http_get import HttpGet
        from orchestrator.adapters.metrics import SourceMeasurements
        from orchestrator.adapters.ssh.on_target import network
        from orchestrator.engine.redacted_measurements import RedactedMeasurements

        sources = SourceMeasurements(HttpGet(network.get_http), process.run)
        return RedactedMeasurements(sources, self.redaction)

    @cached_property
    def tickets(self) -> ticket_ports.ChangeTickets:
        from orchestrator.adapters.checks.http_get import HttpGet
        from orchestrator.adapters.ssh.on_target import network
        from orchestrator.adapters.tickets import HttpTickets
        from orchestrator.engine.redacted_tickets import RedactedTickets

        return RedactedTickets(HttpTickets(HttpGet(network.get_http).send), self.redaction)

    @cached_property
    def channels(self) -> messaging_ports.Channels:
        from orchestrator.adapters.channels import ChannelsOfHouse
        from orchestrator.adapters.files.channels_file import known_channels

        places = (self.house.place, self._root.absolute())

        def known() -> Mapping[str, Channel]:
            loaded = known_channels(places)
            return {} if loaded is None else loaded.noun.channels

        return ChannelsOfHouse(known, process.run, self.clock)

    @cached_property
    def texts(self) -> messaging_ports.MessageTexts:
        from orchestrator.bootstrap.late_texts import LateTexts

        return LateTexts()

    @cached_property
    def senders(self) -> messaging_ports.Senders:
        from orchestrator.adapters.sender_processes import SenderProcesses

        return SenderProcesses(self._root.absolute(), process.spawn_child)

    @cached_property
    def redaction(self) -> Redaction:
        from orchestrator.engine.redaction import Redaction

        return Redaction()

    @cached_property
    def shared_contents(self) -> SharedContents | None:
        from orchestrator.bootstrap.shared_store import contents_beside

        return contents_beside(self.journal) if self._url is not None else None

    @cached_property
    def baselines(self) -> ports.BaselineStore:
        from orchestrator.adapters.store.baselines import DirectoryBaselineStore

        return DirectoryBaselineStore(
            self._root / "baselines", relief=self.storage.relieve, shared=self.shared_contents
        )

    @cached_property
    def balancers(self) -> balancing_ports.Balancers:
        from orchestrator.bootstrap.wired_balancers import balancers_of
        from orchestrator.engine.redacted_balancers import RedactedBalancers

        return RedactedBalancers(balancers_of(self.redaction), self.redaction)

    @cached_property
    def attachments(self) -> attachment_ports.Attachments:
        from orchestrator.adapters.store.attachments import DirectoryAttachments

        return DirectoryAttachments(
            self._root / "attachments", relief=self.storage.relieve, shared=self.shared_contents
        )

    @cached_property
    def library(self) -> project_ports.MediaLibrary:
        from orchestrator.adapters.files.media_library import DirectoryLibrary

        return DirectoryLibrary()

    @cached_property
    def media(self) -> project_ports.MediaSources:
        from orchestrator.adapters.files.library_file import known_libraries
        from orchestrator.adapters.media.cache import MediaCache
        from orchestrator.adapters.media.libraries import CachedLibraries

        places = dict.fromkeys((self.house.place, self._root.absolute()))
        return CachedLibraries(
            MediaCache(self._root / "media", disk_reserve()),
            lambda project: known_libraries(project, [place / "libraries" for place in places]),
            lambda: self.clock.uptime()[1],
        )

    @cached_property
    def authority(self) -> ports.Authority:
        from orchestrator.adapters.files.project_authority import ProjectAuthority

        return ProjectAuthority(self._root, self.house.place)

    @cached_property
    def keys(self) -> ports.Keys:
        from orchestrator.adapters.files.house_rules import roles_of_house
        from orchestrator.adapters.keys.folder_keys import FolderKeys

        place = self.house.place
        return FolderKeys(self._root, place, named_roles=lambda: roles_of_house(place), now=self.clock.now)

    @cached_property
    def voice(self) -> ports.Voice:
        from orchestrator.bootstrap.own_voice import OwnVoice

        return self._voice or OwnVoice(self._open_key or _no_key)


def _no_key(keyring: Keyring) -> Signer:
    raise NotFound("This process has no key to sign with.")
