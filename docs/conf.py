"""Configuration of the documentation. The build uses no network."""

import sys
from pathlib import Path

import kymatio_learned

# For the extension beside this file, and for the benchmarks, whose results it shows.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

project = "kymatio_learned"
author = "The kymatio_learned developers"
copyright = "2026, The kymatio_learned developers"
release = version = kymatio_learned.__version__

extensions = [
    "benchmark_tables",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "study_results",
]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]

# Code reference. Types stand in the signatures only, and a class page lists what the class defines.
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
maximum_signature_line_length = 80
add_module_names = False
numpydoc_show_class_members = False
default_role = "py:obj"

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

sphinx_gallery_conf = {
    "examples_dirs": "../examples/2d",
    "gallery_dirs": "gallery",
    "filename_pattern": "/plot_",
    "within_subsection_order": "ExampleTitleSortKey",
    "abort_on_example_error": True,
    "backreferences_dir": "generated/backreferences",
    "doc_module": ("kymatio_learned",),
    "image_srcset": ["2x"],
    "show_memory": False,
    "write_computation_times": False,
}

html_theme = "pydata_sphinx_theme"
html_title = f"{project} {version}"
html_static_path = ["_static"]
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": False,
}
# Only the pages of the code reference have many neighbours to list.
html_sidebars = {
    page: []
    for page in (
        "index",
        "installation",
        "userguide",
        "training",
        "theory",
        "gallery/*",
        "results",
        "performance",
        "developerguide",
        "whats_new",
    )
}
