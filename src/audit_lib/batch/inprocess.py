"""A Jupyter kernel inside the process that asks for it, which was forked for one notebook alone.

The shell, the messages and the outputs are ipykernel's, and papermill runs it as any kernel. The warm process makes
the kernel, and each report opens sockets of its own. What a cell writes past Python, to the file
descriptor, goes to the log and not into the notebook.
"""

import asyncio
import sys
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from ipykernel.inprocess.blocking import BlockingInProcessKernelClient
from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.inprocess.manager import InProcessKernelManager
from ipykernel.iostream import BackgroundSocket, IOPubThread
from jupyter_core.utils import run_sync
from traitlets import default
from traitlets.config import Config


class Kernel(InProcessKernel):  # type: ignore[misc]
    """ipykernel's kernel in this process, able to await in a cell."""

    _supports_kernel_subshells = False
    _execute_sleep = 0  # seconds after a cell, for its output to arrive before the answer: here it has
    # Asked before a cell that awaits: may it listen for Ctrl-C? Not here, where nobody types it.
    shell_channel_thread = SimpleNamespace(parent_thread=None)

    @default("iopub_socket")
    def _close_iopub(self) -> BackgroundSocket:
        """Return a socket that discards messages, until a process has opened the kernel."""
        return BackgroundSocket(None)

    @default("iopub_thread")
    def _open_iopub(self) -> IOPubThread:
        """Return a thread that is not started, so that messages are sent at once: taking turns would cost more."""
        return IOPubThread(self._underlying_iopub_socket, session=self.session)

    def open(self) -> None:
        """Begin to be this process's kernel: its sockets, its `__main__`, its built-in names, its standard streams."""
        self.iopub_socket.io_thread = self.iopub_thread
        self.shell.init_sys_modules()
        self.shell.init_builtins()
        # For good, not for each cell: the streams must be there when a cell is told whose output it writes.
        sys.stdout, sys.stderr = self.stdout, self.stderr


@cache
def make_kernel() -> Kernel:
    """Make the one kernel that a process can have: its shell is a singleton."""
    return Kernel(config=OPTIONS["config"])


class Client(BlockingInProcessKernelClient):  # type: ignore[misc]
    """Ready at once: there is nothing to wait for. Cells run in this thread, the main one, as those of any kernel do.

    ipykernel's would give each cell to another thread, since nbclient's event loop runs in this one.
    """

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._loop = asyncio.new_event_loop()

    def wait_for_ready(self, timeout: float | None = None) -> None:
        pass

    def _dispatch_to_kernel(self, message: Any) -> None:
        stream = self.kernel.shell_stream
        self.session.send(stream, message)
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            self._loop.run_until_complete(self.kernel.dispatch_shell(stream.recv_multipart()))
        finally:
            asyncio._set_running_loop(outer)
        _, reply = self.session.recv(stream, copy=False)
        self.shell_channel.call_handlers_later(reply)


async def _start_thread() -> None:
    """Do nothing, in the thread with which nbclient ends a kernel: later there may be no memory for one."""


class Manager(InProcessKernelManager):  # type: ignore[misc]
    """Opens the kernel in this process, with which it ends."""

    client_class = f"{__name__}.Client"

    def start_kernel(self, **options: Any) -> None:
        np.random.seed()  # each fork would draw the numbers of the others
        run_sync(_start_thread)()
        self.kernel = make_kernel()
        self.kernel.open()

    def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        super().shutdown_kernel()


# For papermill.execute_notebook, which hands them to nbclient. Messages do not leave the process, so none is signed.
# The session is made before the fork: it must not insist on the process that made it.
OPTIONS = {
    "kernel_manager_class": Manager,
    "config": Config(HistoryManager={"enabled": False}, Session={"key": b"", "check_pid": False}),
}
