"""Which checks show that something is gone."""

from typing import assert_never

from orchestrator.domain.plan.check import (
    BecomeCheck,
    Check,
    ClockCheck,
    CommandCheck,
    FileCheck,
    HttpCheck,
    MemoryCheck,
    ModuleCheck,
    OsCheck,
    OtherDeploymentCheck,
    PackageCheck,
    PortCheck,
    PythonCheck,
    RebootCheck,
    SpaceCheck,
    TcpCheck,
    TestinfraCheck,
    UnitCheck,
    UserCheck,
)


def says_absent(check: Check) -> bool:
    """Whether the check passes where its subject is gone, and only there."""
    match check:
        case FileCheck() | UserCheck():
            return not check.exists
        case PackageCheck():
            return not check.installed
        case UnitCheck():
            return check.state == "absent"
        case TcpCheck():
            return not check.open
        case PortCheck():
            return check.state == "free"
        case ModuleCheck():
            return any(each.exists is False for each in check.expect)
        case (
            HttpCheck()
            | CommandCheck()
            | OsCheck()
            | SpaceCheck()
            | MemoryCheck()
            | ClockCheck()
            | BecomeCheck()
            | PythonCheck()
            | RebootCheck()
            | OtherDeploymentCheck()
            | TestinfraCheck()
        ):
            return False
        case _:
            assert_never(check)
