from .figures.style import use_style as use_style
from .notebook.own import open_scores as open_scores
from .notebook.report import Report as Report
from .notebook.report import open_report as open_report
from .notebook.scores import list_notices as list_notices
from .notebook.scores import load_scores as load_scores
from .topics import distribution as distribution
from .topics import groups as groups
from .topics import narrative as narrative
from .topics import source as source
from .topics import tiers as tiers
from .topics import trends as trends
from .topics import update_rules as update_rules
from .topics import year as year

__version__: str
