"""Merkle trees: what grows leaf by leaf equals the recursive definition of RFC 6962, and proofs prove that and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.seal.merkle import (
    EMPTY,
    Place,
    Tree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    new_nodes,
    node_hash,
    peak_places,
    root_from_inclusion,
)

SIZES = st.integers(min_value=1, max_value=130)
LEAVES = [leaf_hash(bytes([number])) for number in range(130)]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(by_definition(leaves[:half]), by_definition(leaves[half:]))


def stored(size: int) -> dict[Place, bytes]:
    """The complete subtrees, as the store keeps them."""
    nodes: dict[Place, bytes] = {}
    tree = Tree()
    for leaf in LEAVES[:size]:
        nodes |= dict(new_nodes(tree, leaf))
        tree = tree.grown(leaf)
    return nodes


@given(SIZES)
def test_a_grown_tree_is_the_defined_one(size: int) -> None:
    tree = Tree.of(LEAVES[:size])
    assert tree.root == by_definition(LEAVES[:size])
    assert tree.fits()
    nodes = stored(size)
    assert tuple(nodes[place] for place in peak_places(size)) == tree.peaks


@given(SIZES, st.data())
def test_a_leaf_is_proved_to_be_in_the_tree_and_nowhere_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    proof = inclusion_proof(index, size, stored(size).__getitem__)
    root = by_definition(LEAVES[:size])
    assert root_from_inclusion(LEAVES[index], index, size, proof) == root
    other = data.draw(st.integers(min_value=0, max_value=size + 2))
    if other != index:
        assert root_from_inclusion(LEAVES[index], other, size, proof) != root
    assert root_from_inclusion(LEAVES[index], index, size, [*proof, EMPTY]) != root


@given(SIZES, st.data())
def test_an_older_tree_is_proved_to_be_the_beginning(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(min_value=1, max_value=size))
    proof = consistency_proof(old, size, stored(size).__getitem__)
    roots = by_definition(LEAVES[:old]), by_definition(LEAVES[:size])
    assert is_consistent(old, roots[0], size, roots[1], proof)
    assert not is_consistent(old, EMPTY, size, roots[1], proof)
    assert not is_consistent(old, roots[0], size, EMPTY, proof)
