"""Configuration of the documentation site: Sphinx with MyST and Furo. `make docs` builds it into build/docs.

The navigation is in _toc.yml; what the site adds to Sphinx is in tools/docs.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from weld_pulumi import __version__

project = "weld-pulumi"
author = "The weld-pulumi authors"
copyright = author
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "sphinx_external_toc",
    "tools.docs.extension",
]
exclude_patterns = ["_toc.yml"]
external_toc_exclude_missing = False
nitpicky = True
# Types of Python and Pulumi, whose inventories would have to be fetched, and inner parts of the simulator.
nitpick_ignore_regex = [(r"py:.*", r"(?!weld_pulumi\.).*"), (r"py:.*", r"weld_pulumi\.simulator\..*")]
# Excerpts of programs have "…" where something is left out.
suppress_warnings = ["misc.highlighting_failure"]

myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]
smartquotes = False

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
default_role = "py:obj"
napoleon_use_ivar = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
python_maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"weld-pulumi {__version__}"
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": False}
pygments_style = "tango"
pygments_dark_style = "monokai"
