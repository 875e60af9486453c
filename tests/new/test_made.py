"""A function that `make new` made is built, served and tested like all others."""

import os
import tomllib

from tree import ROOT

# A name that nobody gives.
NAME = "made-by-a-test"

# As the Makefile builds what is native, so that it finds it built.
NATIVE = {"CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}


def test_a_new_function_is_built_and_passes_its_tests(tree):
    (tree.root / "target").symlink_to(ROOT / "target")
    tree.succeed("make", "new", f"NAME={NAME}")
    component = tomllib.loads(tree.text("spin.toml"))["component"][NAME]

    # What `spin build` runs; make builds it with the same options, together with all others.
    build = component["build"]["command"]
    options, package = build.rsplit(" ", 1)
    made = tree.succeed("make", "--dry-run", "functions")
    assert package == NAME
    assert f"{options} " in f"{made} ".replace("  ", " ") and f" -p {NAME} " in made

    tree.succeed(*build.split())
    assert (tree.root / component["source"]).is_file()

    # The program reads the new manifest, or there is nothing to test.
    programs = [ROOT / os.environ[program] for program in ["HANDSPUN", "HURL"]]
    tree.succeed("tests/run-hurl", *programs, f"tests/{NAME}.hurl")

    passed = tree.succeed("cargo", "test", "--release", "-p", NAME, "--lib", **NATIVE)
    assert passed.count("... ok") == 2, passed
