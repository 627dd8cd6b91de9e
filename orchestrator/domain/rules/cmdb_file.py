"""The file of CMDBs outside: where they are, by whose credentials, and which fields of theirs orch writes."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.rules.channels import AbsolutePath, HookUrl, Secret
from orchestrator.domain.text.model_base import Many, Name, Noun
from orchestrator.domain.text.validation_error import exactly, wrong

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
ClassName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,79}$")]


class NetBox(Noun):
    """NetBox over its REST API. The custom fields are text fields of devices and virtual machines, made there by hand."""

    url: HookUrl
    token: Secret
    scheme: Literal["Token", "Bearer"] = "Token"
    status_field: FieldName = "orch_status"
    release_field: FieldName = "orch_release"
    proved_field: FieldName = "orch_proved"
    ca_file: AbsolutePath | None = None


class ServiceNow(Noun):
    """ServiceNow: hosts and units over the Identification and Reconciliation API, imports over the Table API.

    `source`: a choice of the field discovery_source there. With `token` it is asked as bearer, else as user with password.
    """

    url: HookUrl
    user: Secret | None = None
    password: Secret | None = None
    token: Secret | None = None
    source: Annotated[str, Field(pattern=r"^[A-Za-z0-9 _.-]{1,40}$")] = "orch"
    host_class: ClassName = "cmdb_ci_linux_server"
    unit_class: ClassName = "cmdb_ci_appl"
    ca_file: AbsolutePath | None = None

    @model_validator(mode="after")
    def _one_way_in(self) -> "ServiceNow":
        by_user = self.user is not None and self.password is not None
        if (self.user is None) != (self.password is None) or by_user == (self.token is not None):
            raise wrong("either user and password, or token", "say in one way who asks")
        return self


class OutsideCmdb(Noun):
    """One CMDB outside. `environments`: it is told of deployments to these; none given, to all."""

    netbox: NetBox | None = None
    servicenow: ServiceNow | None = None
    environments: Many[Name] = ()

    @model_validator(mode="after")
    def _one_kind(self) -> "OutsideCmdb":
        if (self.netbox is None) == (self.servicenow is None):
            raise wrong("either netbox or servicenow", "a CMDB has one kind")
        return self


class CmdbFile(Noun):
    """The content of cmdb.yml; `orch` is the version of this format."""

    orch: Annotated[Literal[1], exactly(only=1)]
    outside: Annotated[dict[Name, OutsideCmdb], Field(min_length=1)]
