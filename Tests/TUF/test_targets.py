"""tuf-client finds and fetches targets that python-tuf published: by names, hashes and through delegations."""

import hashlib
from urllib.parse import quote

import pytest
from conftest import Client
from repository import Mirror, Repository, in_days


@pytest.mark.parametrize("consistent", [True, False])
def test_download(tmp_path, consistent):
    repository = Repository(consistent)
    repository.delegate("vendor", paths=["vendor/*/*"])
    repository.add_target("till.bin", b"the till")
    repository.add_target("vendor/a/driver ä?.bin", b"the driver" * 100_000, "vendor")
    repository.publish_all()
    mirror = Mirror(repository.files)
    client = Client(tmp_path, mirror.url)
    assert client.init(repository.bytes("root", 1)), client.said
    assert client.download("till.bin", "vendor/a/driver ä?.bin"), client.said
    name = quote("vendor/a/driver ä?.bin", "")
    assert client.fetched == {"till.bin": b"the till", name: b"the driver" * 100_000}
    # What is there is not fetched again.
    count = len(mirror.asked)
    assert client.download("till.bin", "vendor/a/driver ä?.bin"), client.said
    assert [path for path in mirror.asked[count:] if path.startswith("targets/")] == []
    mirror.close()


def test_download_refreshes_first(mirror, client):
    assert client.refuses("no role describes the target nothing", "nothing")
    assert mirror.asked_roles == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]
    assert client.trusted == {"root": 1, "snapshot": 1, "targets": 1, "timestamp": 1}


def test_one_target_of_several_that_is_not_there(repository, client):
    repository.add_target("a", b"a")
    repository.publish_all()
    assert client.refuses("no role describes the target b", "a", "b")
    assert client.fetched == {"a": b"a"}


def test_a_target_that_changes_keeps_its_file(repository, client):
    for index in range(3):
        repository.add_target("app/till.bin", f"version {index}".encode())
        repository.publish_all()
        assert client.download("app/till.bin"), client.said
        assert client.fetched == {"app%2Ftill.bin": f"version {index}".encode()}


def test_a_file_that_was_damaged_is_fetched_again(repository, client):
    repository.add_target("till", b"the till")
    repository.publish_all()
    assert client.download("till"), client.said
    (client.targets / "till").write_bytes(b"the t1ll")
    assert client.download("till"), client.said
    assert client.fetched == {"till": b"the till"}


def test_a_target_whose_name_begins_with_a_dash(repository, client):
    repository.add_target("--help", b"x")
    repository.publish_all()
    assert client.download("--help"), client.said
    assert client.fetched == {"--help": b"x"}


@pytest.mark.parametrize("name", ["..", "../escape", "a/../../escape"])
def test_a_target_whose_name_leads_elsewhere(repository, client, name):
    repository.add_target("x", b"x")
    repository.targets.targets[name] = repository.targets.targets["x"]
    repository.publish_all()
    assert not client.download(name)
    assert client.fetched == {} and not (client.folder / "escape").exists()


# Delegations

GRAPHS = {
    "one": ([("targets", "A")], ["A"]),
    "beside each other": ([("targets", "A"), ("targets", "B")], ["A", "B"]),
    "two levels": ([("targets", "A"), ("targets", "B"), ("B", "C")], ["A", "B", "C"]),
    "depth first": ([("targets", "A"), ("targets", "B"), ("A", "C"), ("A", "D")], ["A", "C", "D", "B"]),
    "depth first, three levels": ([("targets", "A"), ("targets", "B"), ("A", "C"), ("C", "D")], ["A", "C", "D", "B"]),
    "terminating": ([("targets", "A"), ("targets", "B"), ("A", "C", True), ("A", "D")], ["A", "C"]),
    "terminating, three levels": (
        [("targets", "A"), ("targets", "B"), ("A", "C", True), ("C", "D")], ["A", "C", "D"]),
    "other paths": ([("targets", "A", False, "*.py"), ("targets", "B"), ("A", "C")], ["B"]),
    "other paths below": ([("targets", "A"), ("targets", "B"), ("A", "C", False, "*.py"), ("C", "D")], ["A", "B"]),
    "cycle": ([("targets", "A"), ("targets", "B"), ("B", "C"), ("C", "D"), ("D", "B")], ["A", "B", "C", "D"]),
    "two trust a third": ([("targets", "A"), ("targets", "B"), ("B", "C"), ("A", "C")], ["A", "C", "B"]),
    "two trust a third by other paths": (
        [("targets", "A"), ("targets", "B"), ("B", "C"), ("A", "C", False, "*.py")], ["A", "B", "C"]),
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_order_of_delegations(repository, mirror, client, graph):
    edges, order = graph
    for delegator, name, *more in edges:
        terminating, path = (more + [False, "*"][len(more) :])[:2]
        repository.delegate(name, delegator, paths=[path], terminating=terminating)
    repository.publish_all()
    assert client.refuses("no role describes the target missing", "missing")
    assert mirror.asked_roles[4:] == [f"1.{role}.json" for role in order]


@pytest.mark.parametrize(
    "target, found, order",
    [
        ("file", True, []),
        ("README.md", True, ["A"]),
        ("releases/x/x_v1", True, ["B", "C"]),
        ("releases/y/y_v1.zip", True, ["B", "D"]),
        ("releases/z/z_v1.zip", False, ["B"]),
    ],
)
def test_search_through_delegations(repository, mirror, client, target, found, order):
    repository.delegate("A", paths=["*.doc", "*.md"])
    repository.delegate("B", paths=["releases/*/*"])
    repository.delegate("C", "B", paths=["releases/x/*"])
    repository.delegate("D", "B", paths=["releases/y/*.zip"])
    repository.add_target("file", b"file")
    repository.add_target("README.md", b"by A", "A")
    repository.add_target("releases/x/x_v1", b"by C", "C")
    repository.add_target("releases/y/y_v1.zip", b"by D", "D")
    repository.add_target("releases/z/z_v1.zip", b"by D", "D")
    repository.publish_all()
    assert client.download(target) == found, client.said
    assert mirror.asked_roles[4:] == [f"1.{role}.json" for role in order]


def test_hash_prefixes(repository, client):
    for digit in "0123456789abcdef":
        repository.delegate(f"bin-{digit}", prefixes=[digit])
    for index in range(4):
        digit = hashlib.sha256(f"file{index}".encode()).hexdigest()[0]
        repository.add_target(f"file{index}", f"content {index}".encode(), f"bin-{digit}")
    repository.publish_all()
    assert client.download(*[f"file{index}" for index in range(4)]), client.said
    assert client.fetched == {f"file{index}": f"content {index}".encode() for index in range(4)}


NAMES = ["?", "#", "/delegatedrole", "../delegatedrole", "a b", "ä", "%2e%2e", "..", "1.root"]


@pytest.mark.parametrize("name", NAMES)
def test_unusual_names_of_roles(repository, mirror, client, name):
    repository.delegate(name)
    repository.publish_all()
    assert client.refuses("no role describes", "nothing")
    assert mirror.asked_roles[-1] == f"1.{quote(name, '')}.json"
    assert len(client.trusted) == 5
    assert sorted(path.name for path in client.folder.iterdir()) == ["initial_root.json", "metadata", "targets"]


def test_an_expired_delegated_role_that_is_stored(repository, client):
    """It is not used once it has expired, and gives way to a newer one."""
    repository.delegate("vendor")
    repository.add_target("driver", b"driver", "vendor")
    repository.publish_all()
    assert client.download("driver"), client.said
    repository.delegated["vendor"].expires = in_days(-1)
    repository.publish("vendor", "snapshot", "timestamp")
    (client.metadata / "vendor.json").write_bytes(repository.bytes("vendor", 2))
    assert client.refuses("vendor: expired at", "driver")
    repository.delegated["vendor"].expires = in_days(1)
    repository.publish("vendor", "snapshot", "timestamp")
    assert client.download("driver"), client.said
