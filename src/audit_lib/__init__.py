"""Read government inspection notices into checked tables, and report what their scores, tiers and lists say.

`open_report` opens one notice; the modules named after the notebooks (`tiers`, `groups`, …) hold what to ask of it.
Everything is loaded when first used, so that the command line starts at once; editors read `__init__.pyi`.
"""

from importlib.metadata import version

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = version("audit-lib")
