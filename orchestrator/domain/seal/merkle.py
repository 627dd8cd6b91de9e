"""Merkle trees as in RFC 6962, section 2.1: their heads, grown leaf by leaf, and proofs of what is in them."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

Place = tuple[int, int]
"""A complete subtree: its level, 0 for leaves, and its number among those of its level, from the left."""
NodeAt = Callable[[Place], bytes]

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree without its leaves: its size, and the hashes of its largest complete subtrees, from the left."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, leaves: Iterable[bytes]) -> "Tree":
        """The tree over these leaf hashes."""
        tree = cls()
        for leaf in leaves:
            tree = tree.grown(leaf)
        return tree

    def grown(self, leaf: bytes) -> "Tree":
        """The tree with one more leaf hash."""
        peaks, size = [*self.peaks, leaf], self.size
        while size & 1:
            right = peaks.pop()
            peaks[-1] = node_hash(peaks[-1], right)
            size >>= 1
        return Tree(self.size + 1, tuple(peaks))

    def fits(self) -> bool:
        """Whether there are as many peaks as a tree of this size has."""
        return self.size >= 0 and len(self.peaks) == self.size.bit_count()

    @property
    def root(self) -> bytes:
        """The hash over the whole tree."""
        if not self.peaks:
            return EMPTY
        *rest, root = self.peaks
        for peak in reversed(rest):
            root = node_hash(peak, root)
        return root


def new_nodes(tree: Tree, leaf: bytes) -> Iterator[tuple[Place, bytes]]:
    """The complete subtrees that one more leaf makes complete, from the leaf upwards."""
    peaks, level, number, node = list(tree.peaks), 0, tree.size, leaf
    yield (level, number), node
    while number & 1:
        node = node_hash(peaks.pop(), node)
        level, number = level + 1, number >> 1
        yield (level, number), node


def peak_places(size: int) -> list[Place]:
    """Where the peaks of a tree of this size are, from the left."""
    places, left = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            places.append((level, left >> level))
            left += 1 << level
    return places


def inclusion_places(index: int, size: int) -> list[list[Place]]:
    """For each hash of the proof that a leaf is in a tree, from the leaf upwards: the subtrees whose peaks make it."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    return list(reversed(list(_path(index, 0, size))))


def inclusion_proof(index: int, size: int, node: NodeAt) -> list[bytes]:
    """The proof that leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1)."""
    return [_joined(places, node) for places in inclusion_places(index, size)]


def consistency_proof(old: int, size: int, node: NodeAt) -> list[bytes]:
    """The proof that the tree of `old` leaves is the beginning of the one of `size` leaves (RFC 6962, 2.1.2)."""
    if not 0 < old <= size:
        raise ValueError(f"a tree of {old} leaves is no beginning of one of {size}")
    return [_joined(places, node) for places in _subproof(old, 0, size, whole=True)]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that a tree has which this proof is of (RFC 9162, 2.1.3.2); None if the proof fits no such tree."""
    if not 0 <= index < size:
        return None
    number, last, root = index, size - 1, leaf
    for hash_beside in proof:
        if not last:
            return None
        if number & 1 or number == last:
            root = node_hash(hash_beside, root)
            number, last = _lowest_right(number, last)
        else:
            root = node_hash(root, hash_beside)
        number, last = number >> 1, last >> 1
    return root if not last else None


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the older tree is the beginning of the newer one (RFC 9162, 2.1.4.2)."""
    if old == size:
        return old_root == root and not proof
    if not 0 < old < size:
        return False
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    return bool(hashes) and _roots_from_consistency(old, size, hashes) == (old_root, root)


def _roots_from_consistency(old: int, size: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    number, last = old - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    older = newer = hashes[0]
    for each in hashes[1:]:
        if not last:
            return None
        if number & 1 or number == last:
            older, newer = node_hash(each, older), node_hash(each, newer)
            number, last = _lowest_right(number, last)
        else:
            newer = node_hash(newer, each)
        number, last = number >> 1, last >> 1
    return None if last else (older, newer)


def _lowest_right(number: int, last: int) -> tuple[int, int]:
    """Skip the levels on which the node has no sibling."""
    while number and not number & 1:
        number, last = number >> 1, last >> 1
    return number, last


def _path(index: int, low: int, size: int) -> Iterator[list[Place]]:
    """The siblings on the way from the root to the leaf."""
    while size > 1:
        half = 1 << (size - 1).bit_length() - 1
        if index < low + half:
            yield _range(low + half, size - half)
            size = half
        else:
            yield _range(low, half)
            low, size = low + half, size - half


def _subproof(old: int, low: int, size: int, *, whole: bool) -> list[list[Place]]:
    if old == size:
        return [] if whole else [_range(low, size)]
    half = 1 << (size - 1).bit_length() - 1
    if old <= half:
        return [*_subproof(old, low, half, whole=whole), _range(low + half, size - half)]
    return [*_subproof(old - half, low + half, size - half, whole=False), _range(low, half)]


def _range(low: int, size: int) -> list[Place]:
    """The complete subtrees over `size` leaves from `low` on; `low` is a multiple of a power of two above their size."""
    return [(level, (low >> level) + number) for level, number in peak_places(size)]


def _joined(places: Sequence[Place], node: NodeAt) -> bytes:
    return Tree(1, tuple(node(place) for place in places)).root
