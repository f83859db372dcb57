"""The object store keeps exactly what it was given, or says so."""

import multiprocessing
from pathlib import Path

import pytest

from inference.objects import ObjectCorrupt, ObjectMissing, ObjectStore, digest_of


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "a path with spaces")


def test_an_object_comes_back_under_the_digest_of_its_bytes(store: ObjectStore) -> None:
    key = store.put(b"voxels")
    assert key == digest_of(b"voxels")
    assert store.get(key) == b"voxels"


def test_storing_the_same_bytes_twice_leaves_one_file_and_no_temporary_one(store: ObjectStore) -> None:
    store.put(b"voxels")
    store.put(b"voxels")
    assert len([p for p in store.root.rglob("*") if p.is_file()]) == 1


def test_a_missing_object_is_named(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        store.get("0" * 64)
    with pytest.raises(ObjectMissing):
        store.get_named("0" * 64)


def test_changed_bytes_are_refused_and_a_new_put_heals_them(store: ObjectStore) -> None:
    key = store.put(b"voxels")
    store.path(key).write_bytes(b"VOXELS")
    with pytest.raises(ObjectCorrupt):
        store.get(key)
    store.put(b"voxels")
    assert store.get(key) == b"voxels"


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", "g" * 64])
def test_a_key_that_is_not_64_hex_digits_never_becomes_a_path(store: ObjectStore, key: str) -> None:
    with pytest.raises(ValueError, match="64"):
        store.path(key)
    with pytest.raises(ValueError, match="64"):
        store.put_named(key, b"voxels")


def test_the_first_writer_of_a_name_wins(store: ObjectStore) -> None:
    name = digest_of(b"input, model, settings")
    first = store.put_named(name, b"made on one machine")
    assert store.put_named(name, b"made on another machine") == first
    assert store.get_named(name) == b"made on one machine"


def _put_many(root: Path, name: str, number: int) -> None:
    store = ObjectStore(root)
    for n in range(50):
        store.put(f"object {n}".encode())
        store.put_named(name, f"writer {number}".encode())


def test_writers_in_several_processes_agree(store: ObjectStore) -> None:
    name = digest_of(b"one name")
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_put_many, args=(store.root, name, n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [w.exitcode for w in writers] == [0, 0, 0, 0]
    assert store.get_named(name).startswith(b"writer ")
    assert not list(store.root.rglob(".writing-*"))
