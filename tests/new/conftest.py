"""A copy of this folder for a test."""

import sys

# Nothing is written beside the sources.
sys.dont_write_bytecode = True

import pytest  # noqa: E402

from tree import Tree  # noqa: E402


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path / "tree")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """A copy that a test leaves as it was, for all tests of a module; and its files."""
    tree = Tree(tmp_path_factory.mktemp("untouched") / "tree")
    return tree, tree.files()
