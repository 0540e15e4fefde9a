"""Kernels forked from the warm process, for any user of jupyter_client: nbval, papermill, JupyterLab.

Each is a fresh process with its own kernel, connection file and sockets; only the imports are done already.
JUPYTER_DEFAULT_PROVISIONER_NAME=audit-lib-warm makes jupyter_client start kernels this way.
"""

import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from audit_lib.batch.processes import CAN_FORK, open_context
from audit_lib.batch.supervised import ENVIRONMENT

LAUNCHER = "ipykernel_launcher"  # the module that a Python kernel's command names; what follows it is the kernel's


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Forks a Python kernel where the system can fork; starts any other as LocalProvisioner does."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        if not CAN_FORK or LAUNCHER not in cmd:
            return await super().launch_kernel(cmd, **options)
        arguments = cmd[cmd.index(LAUNCHER) + 1 :]
        self.process = _Forked(arguments, options["env"], options.get("cwd"))
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class _Forked:
    """A forked kernel with the interface of subprocess.Popen."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], env: Mapping[str, str], cwd: str | None) -> None:
        self._process = open_context(warm=True).Process(
            target=_run_kernel, args=(arguments, dict(env), cwd), daemon=True
        )
        self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode  # type: ignore[no-any-return]

    def wait(self) -> int | None:
        self._process.join()
        return self.poll()

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it has ended
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run_kernel(arguments: list[str], env: dict[str, str], cwd: str | None) -> None:
    """Run the kernel in the forked process until shutdown."""
    os.setsid()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # the warm process leaves Ctrl-C to whoever forks it
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.environ.clear()
    os.environ.update(env | ENVIRONMENT)
    if cwd is not None:
        os.chdir(cwd)
    sys.argv = [LAUNCHER, *arguments]

    import numpy as np
    from ipykernel.inprocess.ipkernel import InProcessInteractiveShell
    from ipykernel.kernelapp import launch_new_instance

    InProcessInteractiveShell.clear_instance()  # the shell of the warm process, for reports
    np.random.seed()  # each fork would draw the numbers of the others
    launch_new_instance(arguments)
