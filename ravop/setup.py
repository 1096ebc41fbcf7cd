"""Builds ravop._core against the archives that make built."""
import importlib.util
import os
import pathlib
import sys

from setuptools import Extension, setup

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent
ARCHIVES = ("libcompute.a", "libcommon.a")


def build_tree() -> pathlib.Path:
    """The folder with the archives: RAVEN_BUILD, ../build, or the tree."""
    named = os.environ.get("RAVEN_BUILD")
    places = [pathlib.Path(named)] if named else [TOP / "build", TOP]
    for place in places:
        if all((place / name).exists() for name in ARCHIVES):
            return place
    sys.exit(
        "ravop needs libcommon.a and libcompute.a. Build Raven first (make), "
        "or name its build folder in RAVEN_BUILD; looked in: "
        + ", ".join(str(p) for p in places)
    )


def check_tools() -> None:
    """setuptools' own word for this is "invalid command 'bdist_wheel'"."""
    if not any(importlib.util.find_spec(name) for name in
               ("wheel", "setuptools.command.bdist_wheel")):
        sys.exit(
            "ravop needs the Python package wheel to be installed; Debian has "
            "it as python3-wheel. Make the virtual environment with "
            "/usr/bin/python3 -m venv --system-site-packages"
        )


check_tools()
build = build_tree()
archives = [str(build / name) for name in ARCHIVES]
core = pathlib.Path("_core")
setup(
    packages=["ravop", "ravop.array_api"],
    package_dir={"ravop": "ravop"},
    package_data={"ravop": ["py.typed", "*.pyi"]},
    ext_modules=[
        Extension(
            "ravop._core",
            sources=[str(p) for p in sorted(
                core / p.name for p in (HERE / core).glob("*.c"))],
            depends=archives + [str(p) for p in (HERE / core).glob("*.h")],
            include_dirs=[str(TOP)],
            extra_compile_args=["-std=c11", "-Wall", "-Wextra",
                                "-D_GNU_SOURCE", "-fvisibility=hidden",
                                "-fno-strict-aliasing"],
            extra_objects=archives,
        )
    ],
)
