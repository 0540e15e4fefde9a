from . import distribution as distribution
from . import groups as groups
from . import narrative as narrative
from . import source as source
from . import tiers as tiers
from . import trends as trends
from . import update_rules as update_rules
from . import year as year
