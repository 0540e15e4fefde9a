"""A Jupyter kernel inside the process that asks for it, for a process that was forked for one notebook alone.

The shell, the messages and the outputs are ipykernel's own, and papermill runs it as any kernel. What a cell writes past
Python, to the file descriptor, goes to the log and not into the notebook.
"""

from typing import Any

import numpy as np
from ipykernel.inprocess.blocking import BlockingInProcessKernelClient
from ipykernel.inprocess.manager import InProcessKernelManager
from traitlets.config import Config


class Client(BlockingInProcessKernelClient):  # type: ignore[misc]
    """Ready at once: there is nothing to wait for."""

    def wait_for_ready(self, timeout: float | None = None) -> None:
        pass


class Manager(InProcessKernelManager):  # type: ignore[misc]
    """Starts the kernel where it is; ends it with the process."""

    client_class = f"{__name__}.Client"

    def start_kernel(self, **options: Any) -> None:
        np.random.seed()  # each fork would draw the numbers of the others
        super().start_kernel(**options)

    def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        super().shutdown_kernel()


# For papermill.execute_notebook, which hands them to nbclient.
OPTIONS = {"kernel_manager_class": Manager, "config": Config(HistoryManager={"enabled": False})}
