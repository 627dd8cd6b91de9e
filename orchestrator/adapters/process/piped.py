"""A program that this process talks with over pipes, in a session of its own, so that no terminal can be asked."""

import os
import subprocess
from collections.abc import Mapping, Sequence


class Piped:
    """The program's input, output and complaints as descriptors that do not block; `end` closes all of them."""

    def __init__(self, child: "subprocess.Popen[bytes]") -> None:
        pipes = (child.stdin, child.stdout, child.stderr)
        self._child = child
        self._pipes = [pipe for pipe in pipes if pipe is not None]
        self.input, self.output, self.complaints = (pipe.fileno() for pipe in self._pipes)
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)

    def close_input(self) -> None:
        """Say that nothing more comes."""
        self._pipes[0].close()

    def running(self) -> bool:
        """Whether the program still runs."""
        return self._child.poll() is None

    def exit_code(self, seconds: float) -> int | None:
        """The exit code, negative for a signal; None where the program does not end in time."""
        try:
            return self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Close the pipes and end the program."""
        for pipe in self._pipes:
            pipe.close()
        if self._child.poll() is None:
            self._child.terminate()
        try:
            self._child.wait(5.0)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def spawn_piped(
    arguments: Sequence[str], *, environment: Mapping[str, str], passed: Sequence[int] = ()
) -> Piped:
    """Start a program with pipes; `passed`: descriptors that it inherits. Raises OSError."""
    return Piped(
        subprocess.Popen(
            list(arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            pass_fds=tuple(passed),
            start_new_session=True,
            bufsize=0,
        )
    )
