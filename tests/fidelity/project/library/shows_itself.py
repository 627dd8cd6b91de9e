"""What a module sees of the process that it is."""

import os
import resource
import signal
import stat
import sys
import tempfile

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.respawn import has_respawned


def kind_of(descriptor):
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return "closed"
    return (
        "fifo or socket"
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
        else "device"
        if stat.S_ISCHR(mode)
        else "file"
    )


def main():
    module = AnsibleModule(argument_spec={"names": {"type": "list", "elements": "str", "default": []}})
    mask = os.umask(0)
    os.umask(mask)
    standard = {number: str(signal.getsignal(number)) for number in (1, 2, 3, 13, 14, 15, 17)}
    module.exit_json(
        changed=False,
        umask=mask,
        folder=os.getcwd(),
        user=[os.getuid(), os.geteuid(), os.getgid(), os.getegid(), sorted(os.getgroups())],
        variables={name: os.environ.get(name) for name in module.params["names"]},
        names=sorted(os.environ),
        path=os.environ.get("PATH"),
        terminal=[os.isatty(number) for number in range(3)],
        outputs=[kind_of(number) for number in (1, 2)],
        stdin=sys.stdin.read(),
        more_open=sorted(number for number in range(3, 64) if kind_of(number) != "closed"),
        signals=standard,
        blocked=sorted(str(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        limits=[
            resource.getrlimit(resource.RLIMIT_NOFILE),
            resource.getrlimit(resource.RLIMIT_CORE),
            resource.getrlimit(resource.RLIMIT_NPROC),
        ],
        nice=os.nice(0),
        python=list(sys.version_info[:3]),
        executable=sys.executable,
        flags=[
            sys.flags.optimize,
            sys.flags.isolated,
            sys.flags.no_site,
            sys.dont_write_bytecode,
            sys.flags.utf8_mode,
        ],
        encodings=[sys.stdout.encoding, sys.stdout.errors, sys.getfilesystemencoding(), sys.stdin.encoding],
        main=sys.modules["__main__"].__name__,
        arguments=len(sys.argv),
        recursion=sys.getrecursionlimit(),
        temporary=tempfile.gettempdir(),
        tmpdir_is_there=os.path.isdir(module.tmpdir),
        tmpdir_mode=oct(os.stat(module.tmpdir).st_mode),
        module_name=module._name,
        checks=[
            module.check_mode,
            module._diff,
            module.no_log,
            module._debug,
            module._verbosity,
            has_respawned(),
        ],
        version=module.ansible_version,
        shell=module._shell,
        socket=module._socket_path,
        selinux=[module.selinux_enabled(), module.selinux_mls_enabled()],
        session_leader=os.getsid(0) != os.getsid(1),
    )


main()
