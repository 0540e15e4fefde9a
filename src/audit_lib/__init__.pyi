from .notebook.report import Report as Report
from .notebook.report import open_report as open_report
from .topics import distribution as distribution
from .topics import groups as groups
from .topics import narrative as narrative
from .topics import source as source
from .topics import tiers as tiers
from .topics import trends as trends
from .topics import update_rules as update_rules
from .topics import year as year

__version__: str
