"""tuf-client accepts what python-tuf made: the cases that conformance tests of TUF clients are known to ask."""

import hashlib
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from repository import Repository, changed, in_days, resigned
from securesystemslib.signer import CryptoSigner, SSlibKey

ed25519 = CryptoSigner.generate_ed25519
KINDS = {
    "ed25519": ed25519,
    "ecdsa": CryptoSigner.generate_ecdsa,
    "rsa": CryptoSigner.generate_rsa,
    "rsa-pkcs1v15": lambda: CryptoSigner.generate_rsa(scheme="rsa-pkcs1v15-sha256"),
}


# init and refresh


def test_first_refresh(repository, mirror, client):
    assert mirror.asked == []
    assert client.trusted == {"root": 1}
    assert client.refresh(), client.said
    assert mirror.asked_roles == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]
    for role in ("root", "timestamp", "snapshot", "targets"):
        assert client.stored(role) == repository.bytes(role, 1)


def test_second_refresh_fetches_nothing_that_is_there(mirror, client):
    assert client.refresh() and client.refresh(), client.said
    assert mirror.asked_roles[4:] == ["2.root.json", "timestamp.json"]


def test_bytes_are_kept_as_they_came(repository, client):
    repository.files["metadata/timestamp.json"] += b" \n"
    assert client.refresh(), client.said
    assert client.stored("timestamp") == repository.files["metadata/timestamp.json"]


def test_refresh_without_init_asks_for_nothing(mirror, client):
    (client.metadata / "root.json").unlink()
    assert client.refuses("has no root.json")
    assert mirror.asked == []


@pytest.mark.parametrize("damage", ["unsigned", "no version", "another type", "no file"])
def test_a_root_to_begin_with_that_is_none(repository, mirror, client, damage):
    def change(file):
        if damage == "unsigned":
            file["signatures"][0]["sig"] = "00" * 64
        elif damage == "no version":
            del file["signed"]["version"]
        else:
            file["signed"]["_type"] = "targets"

    (client.metadata / "root.json").unlink()
    if damage == "no file":
        assert not client.call("init", str(client.folder / "nothing"))
    else:
        assert not client.init(changed(repository.bytes("root", 1), change))
    assert not client.refresh()
    assert mirror.asked == [] and client.trusted == {}


def test_an_expired_root_to_begin_with(repository, client):
    repository.root.expires = in_days(-10)
    repository.publish("root")
    expired = repository.bytes("root", 2)
    repository.root.expires = in_days(10)
    repository.publish("root")
    assert client.init(expired), client.said
    assert client.refresh(), client.said
    assert client.trusted["root"] == 3


@pytest.mark.parametrize("words", [[], ["init"], ["refresh"], ["download"], ["other"], ["--unknown", "x", "refresh"]])
def test_a_call_that_says_too_little_ends_with_1(client, words):
    assert not client.call(*words)


def test_options_may_follow_the_command(client):
    assert client.call("refresh", "--metadata-url", f"{client.url}/metadata"), client.said


def test_both_hashes_and_lengths(repository, client):
    repository.hashes_files = True
    repository.delegate("vendor")
    repository.add_target("driver", b"driver", "vendor")
    repository.publish_all()
    assert client.download("driver"), client.said
    assert client.refresh(), client.said


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_missing_metadata(repository, client, role):
    del repository.files[repository.path(role, 1)]
    assert client.refuses("is not in the repository")
    assert role not in client.trusted


def test_a_timestamp_of_the_same_version_is_ignored(repository, mirror, client):
    assert client.refresh(), client.said
    repository.timestamp.snapshot_meta.version = 100
    repository.put("timestamp", repository.signed("timestamp"))
    assert client.refresh(), client.said
    assert mirror.asked_roles[-1] == "timestamp.json"
    assert b'"version": 100' not in client.stored("timestamp")


def test_an_expired_timestamp_that_is_stored_gives_way_to_a_new_one(repository, client):
    assert client.refresh(), client.said
    repository.timestamp.expires = in_days(-1)
    repository.publish("timestamp")
    (client.metadata / "timestamp.json").write_bytes(repository.bytes("timestamp", 2))
    repository.timestamp.expires = in_days(1)
    repository.publish_all()
    assert client.refresh(), client.said
    assert client.trusted == {"root": 1, "timestamp": 3, "snapshot": 2, "targets": 2}


def test_metadata_of_the_wrong_type(repository, client):
    """A snapshot that the timestamp's key signed is no timestamp."""
    repository.root.add_key(repository.signers["timestamp"][0].public_key, "snapshot")
    repository.publish("root")
    repository.put("timestamp", repository.signed("snapshot", repository.signers["timestamp"]))
    assert client.refuses("timestamp: is of type snapshot, not timestamp")
    assert client.trusted == {"root": 2}


def test_unknown_fields(repository, client):
    repository.root.unrecognized_fields["note"] = {"ä\n": [1, None, "\\\""]}
    repository.root.roles["root"].unrecognized_fields["note"] = "x"
    keyid = repository.root.roles["root"].keyids[0]
    repository.root.keys[keyid].unrecognized_fields["extra"] = {"a": 1}
    repository.root.keys[keyid].unrecognized_fields["keyid_hash_algorithms"] = "md5"
    repository.timestamp.snapshot_meta.unrecognized_fields["note"] = 1
    repository.targets.unrecognized_fields["note"] = True
    repository.publish("root")
    repository.publish_all()
    assert client.refresh(), client.said
    assert client.trusted["root"] == 2


# Keys


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_keys(repository, client, kind):
    """Each role is signed by a key of the kind; a signature of another message does not count."""
    old = repository.signers["root"]
    for role in ("root", "timestamp", "snapshot", "targets"):
        repository.set_keys(role, [KINDS[kind]()])
    repository.publish("root", by=[*old, *repository.signers["root"]])
    repository.publish_all()
    assert client.refresh(), client.said
    assert client.trusted == {"root": 2, "snapshot": 2, "targets": 2, "timestamp": 2}
    sig = repository.signers["timestamp"][0].sign(b"another message").signature
    repository.publish("timestamp")
    path = "metadata/timestamp.json"
    repository.files[path] = changed(repository.files[path], lambda file: file["signatures"][0].update(sig=sig))
    assert client.refuses("timestamp: signed by 0 of the 1 keys")


@pytest.mark.parametrize("sig", ["", "00", "zz", "right"])
def test_an_invalid_signature_beside_a_valid_one(repository, client, sig):
    repository.set_keys("timestamp", [ed25519(), ed25519()])
    repository.publish("root", "timestamp")

    def change(file):
        if sig != "right":
            file["signatures"][0]["sig"] = sig

    path = "metadata/timestamp.json"
    repository.files[path] = changed(repository.files[path], change)
    assert client.refresh(), client.said


def test_keys_of_unknown_kinds(repository, client):
    def change(file):
        role = file["signed"]["roles"]["timestamp"]
        for name in ("post-quantum", "gone"):
            role["keyids"].insert(0, name)
        file["signed"]["keys"]["post-quantum"] = {"keytype": "x", "scheme": "y", "keyval": {"z": 1}}

    repository.publish("root")
    repository.put("root", resigned(repository.bytes("root", 2), repository.signers["root"], change))
    assert client.refresh(), client.said
    assert client.trusted["root"] == 2


@dataclass
class Step:
    keys: list[int]
    threshold: int
    sigs: list[int]
    accepted: bool = True


ROTATIONS = {
    "1 of 1": [Step([1], 1, [1]), Step([2], 1, [2, 1]), Step([2], 1, [2])],
    "signatures of strangers": [Step([1], 1, [3, 1, 4]), Step([2], 1, [3, 2, 1, 4]), Step([2], 1, [3, 2, 4])],
    "3 of 5 in turns": [Step([0, 1, 2, 3, 4], 3, sigs) for sigs in ([0, 2, 4], [0, 4, 1], [0, 1, 3], [0, 1, 3])],
    "3 of 5, one replaced": [Step([0, 1, 2, 3, 4], 3, [0, 2, 4]), Step([0, 1, 3, 4, 5], 3, [0, 4, 1])],
    "3 of 5, all replaced": [
        Step([0, 1, 2, 3, 4], 3, [0, 2, 4]),
        Step([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]),
        Step([5, 6, 7, 8, 9], 3, [5, 6, 7]),
    ],
    "threshold up": [Step([1, 2, 3], 1, [1]), Step([1, 2, 3], 2, [1, 2])],
    "threshold down": [Step([1, 2, 3], 2, [1, 2]), Step([1, 2, 3], 1, [1, 2]), Step([1, 2, 3], 1, [1])],
    "a key more": [Step([1], 1, [1]), Step([1, 2], 2, [1, 2])],
    "not by the old key": [Step([1], 1, [1]), Step([2], 1, [2, 3, 4], False)],
    "not by the new key": [Step([1], 1, [1]), Step([2], 1, [1, 3, 4], False)],
    "too few new": [Step([0, 1, 2, 3, 4], 3, [0, 2, 4]), Step([0, 1, 3, 4, 5], 3, [0, 2, 4], False)],
    "too few old": [Step([0, 1, 2, 3, 4], 3, [0, 2, 4]), Step([0, 1, 3, 4, 5], 3, [0, 4, 5], False)],
    "threshold up, too few": [Step([1, 2, 3], 1, [1]), Step([1, 2, 3], 2, [2], False)],
    "threshold down, too few": [Step([1, 2, 3], 2, [1, 2]), Step([1, 2, 3], 1, [1], False)],
}


@pytest.mark.parametrize("steps", ROTATIONS.values(), ids=ROTATIONS)
def test_rotations_of_root(repository, client, steps):
    signers = [ed25519() for _ in range(10)]
    repository.root.version = 0
    for step in steps:
        repository.set_keys("root", [signers[index] for index in step.keys], step.threshold)
        repository.publish("root", by=[signers[index] for index in step.sigs])
    assert client.init(repository.bytes("root", 1)), client.said
    accepted = steps[-1].accepted
    assert client.refresh() == accepted, client.said
    assert client.stored("root") == repository.bytes("root", len(steps) - (0 if accepted else 1))


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
@pytest.mark.parametrize(
    "step",
    [
        Step([2], 1, [2]),
        Step([1], 1, [3, 1, 4]),
        Step([2], 1, [1, 3, 4], False),
        Step([0, 1, 3, 4, 5], 3, [0, 2, 4], False),
        Step([0, 1, 3, 4, 5], 3, [0, 4], False),
        Step([0, 1, 2, 3, 4], 3, [0, 2, 4]),
        Step([0, 1, 2, 3, 4], 3, [2, 3, 4]),
        Step([0], 2, [0], False),
    ],
    ids=str,
)
def test_rotations_of_other_roles(repository, client, role, step):
    signers = [ed25519() for _ in range(10)]
    repository.set_keys(role, [signers[index] for index in step.keys], step.threshold)
    repository.publish("root")
    repository.publish_through(role, by=[signers[index] for index in step.sigs])
    assert client.refresh() == step.accepted, client.said
    if step.accepted:
        assert client.stored(role) == repository.bytes(role, 2)


def test_many_roots_at_once(repository, client):
    for _ in range(40):
        repository.rotate_root([ed25519()])
    assert client.refresh(), client.said
    assert client.stored("root") == repository.bytes("root", 41)


# Targets


@pytest.mark.parametrize("consistent", [True, False])
def test_download(tmp_path, consistent):
    from conftest import Client
    from repository import Mirror

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


@pytest.mark.parametrize("name", ["?", "#", "/delegatedrole", "../delegatedrole", "a b", "ä", "%2e%2e", "..", "1.root"])
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


def test_a_key_under_another_id(repository, client):
    """The id of a key is a name: other clients do not compute it either."""
    signer = ed25519()
    key = SSlibKey.from_dict("named", signer.public_key.to_dict())
    repository.set_keys("timestamp", [])
    repository.root.add_key(key, "timestamp")
    repository.publish("root")
    repository.publish("timestamp", by=[CryptoSigner(signer._private_key, key)])
    assert client.refresh(), client.said
