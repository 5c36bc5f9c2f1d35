"""The tree of the bench against the published vectors of RFC 6962 and 9162, and against itself."""

import pytest

from bench.merkle_tree import Tree, root_by

# The reference tree of Certificate Transparency's implementations, by the number of its leaves.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
# Place of the leaf (from 0), size of the tree, path.
PATHS = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_that_are_published(size):
    assert Tree(LEAVES[:size]).root.hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_paths_are_those_that_are_published(index, size, path):
    octets = [bytes.fromhex(each) for each in path]
    assert Tree(LEAVES[:size]).proof(index) == octets
    assert root_by(LEAVES[index], index, size, octets).hex() == ROOTS[size - 1]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7, 8, 9, 31, 64, 100])
def test_each_leaf_leads_to_the_root_from_its_own_place_alone(size):
    leaves = [b"%d" % number for number in range(size)]
    tree = Tree(leaves)
    for index, leaf in enumerate(leaves):
        path = tree.proof(index)
        assert root_by(leaf, index, size, path) == tree.root
        assert root_by(leaf + b"x", index, size, path) != tree.root
        for wrong in (path[:-1], [*path, tree.root]) if path else ([tree.root],):
            with pytest.raises(ValueError, match="path"):
                root_by(leaf, index, size, wrong)
        if size > 1:
            try:
                elsewhere = root_by(leaf, (index + 1) % size, size, path)
            except ValueError:
                continue
            assert elsewhere != tree.root


def test_there_is_no_tree_of_nothing_and_no_leaf_outside():
    with pytest.raises(ValueError, match="nothing"):
        Tree([])
    with pytest.raises(IndexError):
        Tree([b"x"]).proof(1)
    with pytest.raises(ValueError, match="leaf"):
        root_by(b"x", 1, 1, [])
