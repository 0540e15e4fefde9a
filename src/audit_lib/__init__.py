"""Read government inspection notices into checked tables, and report what their scores, tiers and lists say.

`open_report` opens one notice; the modules named after the notebooks (`tiers`, `groups`, …) hold what to ask of it.
Everything is loaded when first used, so that the command line starts at once; editors read `__init__.pyi`.
"""

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version  # takes longer to import than the rest of this module

        return version("audit-lib")
    return _load(name)
