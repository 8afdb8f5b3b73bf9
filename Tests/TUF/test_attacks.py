"""The attacks of the specification's section 1.5.2, each made with python-tuf: tuf-client refuses every one, and what it
trusted before stays as it was."""

import hashlib
import time

import pytest
from repository import changed, dripping, endless, in_days, resigned, silent
from securesystemslib.signer import CryptoSigner

ed25519 = CryptoSigner.generate_ed25519


def ready(repository, client):
    """A client that trusts version 2 of everything but root, with one target fetched."""
    repository.add_target("app/till.bin", b"the till")
    repository.publish_all()
    assert client.download("app/till.bin"), client.said
    assert client.trusted == {"root": 1, "snapshot": 2, "targets": 2, "timestamp": 2}


def untouched(client):
    return client.fetched == {"app%2Ftill.bin": b"the till"} and client.trusted["root"] == 1


# Arbitrary software


def test_arbitrary_software_by_the_mirror(repository, client):
    repository.add_target("app/till.bin", b"the till")
    repository.publish_all()
    repository.files[repository.target_path("app/till.bin")] = b"the t1ll"
    assert client.refuses("has another sha256 than is signed", "app/till.bin")
    assert client.fetched == {}


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets"])
def test_arbitrary_metadata_by_keys_of_strangers(repository, client, role):
    ready(repository, client)
    before = client.trusted
    repository.publish_through(role, by=[ed25519()])
    assert client.refuses(f"{role}: signed by 0 of the 1 keys")
    assert client.trusted[role] == before[role]
    assert untouched(client)


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets"])
def test_metadata_changed_after_signing(repository, client, role):
    def change(file):
        file["signed"]["expires"] = "2999-01-01T00:00:00Z"

    repository.publish_through(role)
    path = repository.path(role, 2)
    repository.files[path] = changed(repository.files[path], change)
    assert client.refuses(f"{role}: signed by 0 of the 1 keys")
    assert client.trusted["root"] == 1 and client.trusted.get(role) in (None, 1)


# Rollback


def test_rollback_of_root(repository, client):
    repository.publish("root")
    assert client.refresh(), client.said
    repository.files["metadata/3.root.json"] = repository.bytes("root", 1)
    assert client.refuses("root: goes back to version 1 from 2")
    assert client.stored("root") == repository.bytes("root", 2)


def test_rollback_of_timestamp(repository, client):
    ready(repository, client)
    repository.files["metadata/timestamp.json"] = repository.bytes("timestamp", 1)
    assert client.refuses("timestamp: goes back to version 1 from 2")
    assert client.stored("timestamp") == repository.bytes("timestamp", 2)


def test_rollback_of_snapshot(repository, client):
    ready(repository, client)
    repository.timestamp.snapshot_meta.version = 1
    repository.publish("timestamp")
    assert client.refuses("snapshot: goes back to version 1 from 2")
    assert client.trusted["timestamp"] == 2


@pytest.mark.parametrize("hashes", [False, True])
def test_rollback_of_targets(repository, client, hashes):
    repository.hashes_files = hashes
    ready(repository, client)
    repository.targets.version = 0
    repository.publish("targets", "snapshot", "timestamp")
    assert client.refuses("targets.json: goes back to version 1 from 2")
    assert client.trusted["snapshot"] == 2 and client.trusted["targets"] == 2


def test_rollback_of_a_delegated_role(repository, client):
    repository.delegate("vendor", paths=["vendor/*"])
    repository.delegated["vendor"].version = 1
    ready(repository, client)
    repository.snapshot.meta["vendor.json"].version = 1
    repository.publish("snapshot", "timestamp")
    assert client.refuses("vendor.json: goes back to version 1 from 2")


def test_rollback_by_leaving_a_role_out_of_the_snapshot(repository, client):
    repository.delegate("vendor", paths=["vendor/*"])
    ready(repository, client)
    del repository.snapshot.meta["vendor.json"]
    repository.publish("snapshot", "timestamp")
    assert client.refuses("snapshot: no longer lists vendor.json")


# Indefinite freeze


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets"])
def test_indefinite_freeze(repository, client, role):
    repository.role(role).expires = in_days(-1)
    repository.publish("root")
    repository.publish_all()
    assert client.refuses(f"{role}: expired at ")
    # A new root is kept even then: the way on leads through it.
    assert client.trusted == {"root": 2} | {
        "root": {},
        "timestamp": {},
        "snapshot": {"timestamp": 2},
        "targets": {"timestamp": 2, "snapshot": 2},
    }[role]


def test_indefinite_freeze_of_a_delegated_role(repository, client):
    repository.delegate("vendor", paths=["vendor/*"])
    repository.delegated["vendor"].expires = in_days(-1)
    repository.add_target("vendor/driver", b"driver", "vendor")
    repository.publish_all()
    assert client.refuses("vendor: expired at ", "vendor/driver")
    assert "vendor" not in client.trusted and client.fetched == {}


def test_indefinite_freeze_by_what_the_client_has(repository, client):
    """The mirror goes on with the timestamp that the client trusts, which has expired meanwhile."""
    ready(repository, client)
    repository.timestamp.expires = in_days(-1)
    repository.publish("timestamp")
    (client.metadata / "timestamp.json").write_bytes(repository.bytes("timestamp", 3))
    assert client.refuses("timestamp: expired at ")
    repository.timestamp.expires = in_days(1)
    repository.publish("timestamp")
    assert client.refresh(), client.said


# Mix and match


def test_mix_and_match_of_snapshot(repository, client):
    """A snapshot that was published, but not together with this timestamp."""
    ready(repository, client)
    repository.publish_all()
    repository.files["metadata/3.snapshot.json"] = repository.bytes("snapshot", 2)
    assert client.refuses("snapshot: is version 2, not 3")
    assert client.trusted["snapshot"] == 2 and untouched(client)


def test_mix_and_match_of_targets(repository, client):
    ready(repository, client)
    repository.publish_all()
    repository.files["metadata/3.targets.json"] = repository.bytes("targets", 2)
    assert client.refuses("targets: is version 2, not 3")
    assert client.trusted["targets"] == 2 and untouched(client)


@pytest.mark.parametrize("role", ["snapshot", "targets"])
def test_mix_and_match_of_one_version_in_two_forms(repository, client, role):
    """Two files of the same version, both signed: the one that was not published with the others is refused."""
    repository.hashes_files = True
    repository.publish_all()
    repository.role(role).unrecognized_fields["note"] = "other"
    other = repository.signed(role)
    repository.files[repository.path(role, 2)] = other[: len(repository.bytes(role, 2))]
    assert client.refuses(f"{role}: has another sha256 than is signed")


def test_mix_and_match_of_the_length(repository, client):
    repository.hashes_files = True
    repository.publish_all()
    repository.files["metadata/2.snapshot.json"] = repository.bytes("snapshot", 2)[:-1]
    assert client.refuses("snapshot: has ")


# Endless data


@pytest.mark.parametrize("role, version", [("root", 2), ("timestamp", 1), ("snapshot", 1), ("targets", 1)])
def test_endless_data_as_metadata(repository, mirror, client, role, version):
    repository.files[repository.path(role, version)] = endless
    assert client.refuses("is longer than ")
    # The limits of the client, and what the sockets between hold.
    assert mirror.sent < 40_000_000


def test_endless_data_as_a_target(repository, mirror, client):
    repository.add_target("app/till.bin", b"the till")
    repository.publish_all()
    repository.files[repository.target_path("app/till.bin")] = endless
    assert client.refuses("is longer than 8 bytes", "app/till.bin")
    assert client.fetched == {}


# Extraneous dependencies and wrong software


def test_extraneous_dependency_that_no_role_describes(repository, client):
    ready(repository, client)
    repository.files["targets/app/spyware.bin"] = b"spyware"
    assert client.refuses("no role describes the target app/spyware.bin", "app/spyware.bin")
    assert untouched(client)


def test_extraneous_dependency_in_the_custom_part(repository, client):
    """What a target needs is signed with it."""
    repository.add_target("app/till.bin", b"the till", custom={"needs": []})
    repository.publish_all()
    path = repository.path("targets", 2)

    def change(file):
        file["signed"]["targets"]["app/till.bin"]["custom"]["needs"] = ["app/spyware.bin"]

    repository.files[path] = changed(repository.files[path], change)
    assert client.refuses("targets: signed by 0 of the 1 keys", "app/till.bin")


def test_wrong_software(repository, client):
    """A file that is signed, under the name of another."""
    repository.add_target("app/till.bin", b"the till")
    repository.add_target("app/tool.bin", b"the tool")
    repository.publish_all()
    repository.files[repository.target_path("app/till.bin")] = b"the tool"
    assert client.refuses("has another sha256 than is signed", "app/till.bin")
    assert client.fetched == {}


# Malicious mirrors and slow retrieval


@pytest.mark.parametrize("content", [b"", b"{}", b"<html>", b"\xff" * 100, b"[" * 100_000, 500, 503, 302])
@pytest.mark.parametrize("role, version", [("root", 2), ("timestamp", 1), ("snapshot", 1), ("targets", 1)])
def test_malicious_mirror_does_no_lasting_harm(repository, client, role, version, content):
    """Whatever one mirror says, the client goes on with the next."""
    path = repository.path(role, version)
    honest = repository.files.get(path)
    repository.files[path] = content
    assert not client.refresh()
    repository.files[path] = honest
    assert client.refresh(), client.said
    assert client.trusted == {"root": 1, "snapshot": 1, "targets": 1, "timestamp": 1}


def test_malicious_mirror_that_is_not_there(client, mirror):
    mirror.close()
    assert client.refuses("check the address and the network")
    assert client.trusted == {"root": 1}


@pytest.mark.parametrize("path", ["metadata/timestamp.json", "metadata/1.targets.json"])
@pytest.mark.parametrize("slow", ["dripping", "silent"])
def test_slow_retrieval_of_metadata(repository, client, path, slow):
    repository.files[path] = silent if slow == "silent" else dripping(repository.files[path])
    begin = time.monotonic()
    assert not client.refresh("--longest-wait", "1")
    assert time.monotonic() - begin < 30


def test_slow_retrieval_of_a_target(repository, client):
    content = b"x" * 1_000
    repository.add_target("app/till.bin", content)
    repository.publish_all()
    repository.files[repository.target_path("app/till.bin")] = dripping(content)
    begin = time.monotonic()
    assert client.refuses("comes too slowly", "app/till.bin", more=("--longest-wait", "1"))
    assert time.monotonic() - begin < 30
    assert client.fetched == {}


# Vulnerability to key compromises


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets"])
def test_key_compromise_below_the_threshold(repository, client, role):
    """Two of three keys must sign; somebody who has one of them gets nowhere."""
    keys = [ed25519() for _ in range(3)]
    old = repository.signers["root"]
    repository.set_keys(role, keys, threshold=2)
    repository.publish("root", by=[*old, *keys])
    repository.publish_all()
    assert client.refresh(), client.said
    before = client.trusted
    repository.publish_through(role, by=[keys[0]])
    assert client.refuses(f"{role}: signed by 1 of the 2 keys")
    assert client.trusted[role] == before[role]


def test_key_compromise_of_one_key_under_many_ids(repository, client):
    """The same key ten times is one key."""
    key = ed25519()
    role = repository.root.roles["timestamp"]
    value = key.public_key.to_dict()
    for index in range(10):
        copy = type(key.public_key).from_dict(f"id{index}", dict(value))
        repository.root.add_key(copy, "timestamp")
    role.threshold = 6
    repository.publish("root")
    repository.publish("timestamp", by=[key])

    def change(file):
        sig = file["signatures"][0]["sig"]
        file["signatures"] = [{"keyid": f"id{index}", "sig": sig} for index in range(10)]

    repository.files["metadata/timestamp.json"] = changed(repository.files["metadata/timestamp.json"], change)
    assert client.refuses("timestamp: signed by 1 of the 6 keys")
    assert client.trusted == {"root": 2}


def test_key_compromise_by_repeated_key_ids(repository, client):
    def change(file):
        file["signed"]["roles"]["timestamp"]["keyids"] *= 2

    repository.publish("root")
    repository.put("root", resigned(repository.bytes("root", 2), repository.signers["root"], change))
    assert client.refuses("signed.roles.timestamp.keyids: names one twice")


def test_key_compromise_by_repeated_signatures(repository, client):
    def change(file):
        file["signatures"] *= 2

    repository.files["metadata/1.snapshot.json"] = changed(repository.files["metadata/1.snapshot.json"], change)
    assert client.refuses("snapshot: signatures: names a key twice")


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_key_compromise_of_a_key_that_was_revoked(repository, client, role):
    ready(repository, client)
    stolen = repository.signers[role]
    repository.set_keys(role, [ed25519()])
    repository.publish("root")
    repository.publish_all()
    assert client.refresh(), client.said
    before = client.trusted
    repository.publish_through(role, by=stolen)
    assert client.refuses(f"{role}: signed by 0 of the 1 keys")
    assert client.trusted[role] == before[role]


# Fast-forward: versions that somebody with stolen keys drove up


def test_fast_forward_of_timestamp_is_recovered_from(repository, client):
    repository.timestamp.version = 2**31
    repository.publish("timestamp")
    assert client.refresh(), client.said
    repository.timestamp.version = 1
    repository.publish("timestamp")
    assert client.refuses("timestamp: goes back to version 2")
    repository.set_keys("timestamp", [ed25519()])
    repository.publish("root", "timestamp")
    assert client.refresh(), client.said
    assert client.trusted["timestamp"] == 3


def test_fast_forward_of_snapshot_is_recovered_from(repository, client):
    repository.snapshot.version = 99_998
    repository.publish("snapshot", "timestamp")
    assert client.refresh(), client.said
    assert client.trusted["snapshot"] == 99_999
    repository.snapshot.version = 1
    repository.set_keys("snapshot", [ed25519()])
    repository.set_keys("timestamp", [ed25519()])
    repository.publish("root", "snapshot", "timestamp")
    assert client.refresh(), client.said
    assert client.trusted["snapshot"] == 2


def test_fast_forward_of_targets_is_recovered_from(repository, client):
    repository.targets.version = 99_998
    repository.publish_all()
    assert client.refresh(), client.said
    assert client.trusted["targets"] == 99_999
    repository.targets.version = 1
    repository.set_keys("snapshot", [ed25519()])
    repository.publish("root")
    repository.publish_all()
    assert client.refresh(), client.said
    assert client.trusted["targets"] == 2


# Root rotation


def test_root_rotation_with_a_missing_link(repository, client):
    repository.rotate_root([ed25519()])
    repository.publish("root")
    repository.files["metadata/2.root.json"] = repository.bytes("root", 3)
    assert client.refuses("root: ")
    assert client.trusted == {"root": 1}


def test_root_rotation_that_skips_a_version(repository, client):
    repository.publish("root")
    repository.publish("root")
    repository.files["metadata/2.root.json"] = repository.bytes("root", 3)
    assert client.refuses("root: is version 3, not 2")
    assert client.trusted == {"root": 1}


def test_root_rotation_that_the_old_keys_did_not_sign(repository, client):
    repository.set_keys("root", [ed25519()])
    repository.publish("root")
    assert client.refuses("root: signed by 0 of the 1 keys that root 1 demands")
    assert client.trusted == {"root": 1}


def test_root_rotation_that_the_new_keys_did_not_sign(repository, client):
    old = repository.signers["root"]
    repository.set_keys("root", [ed25519(), ed25519()], threshold=2)
    repository.publish("root", by=[*old, repository.signers["root"][0]])
    assert client.refuses("root: signed by 1 of the 2 keys that itself demands")
    assert client.trusted == {"root": 1}


def test_another_major_version_of_the_specification(repository, client):
    def change(file):
        file["signed"]["spec_version"] = "2.0.0"

    repository.put("timestamp", resigned(repository.bytes("timestamp", 1), repository.signers["timestamp"], change))
    assert client.refuses("timestamp: is of specification 2.0.0, not 1")


# Delegations


def test_delegation_outside_its_paths(repository, client):
    repository.delegate("vendor", paths=["vendor/*"])
    repository.add_target("app/till.bin", b"stolen", "vendor")
    repository.publish_all()
    assert client.refuses("no role describes the target app/till.bin", "app/till.bin")
    assert "vendor" not in client.trusted


def test_delegation_outside_its_hash_prefixes(repository, client):
    digest = hashlib.sha256(b"app/till.bin").hexdigest()
    other = format(15 - int(digest[0], 16), "x")
    repository.delegate("bin", prefixes=[other])
    repository.add_target("app/till.bin", b"stolen", "bin")
    repository.publish_all()
    assert client.refuses("no role describes the target app/till.bin", "app/till.bin")


def test_delegation_outside_the_paths_of_the_role_above(repository, client):
    repository.delegate("vendor", paths=["vendor/*"])
    repository.delegate("sub", delegator="vendor", paths=["app/*", "vendor/*"])
    repository.add_target("app/till.bin", b"stolen", "sub")
    repository.add_target("vendor/driver", b"driver", "sub")
    repository.publish_all()
    assert client.refuses("no role describes the target app/till.bin", "app/till.bin")
    assert client.download("vendor/driver"), client.said


def test_delegation_that_its_keys_did_not_sign(repository, client):
    repository.delegate("vendor", paths=["vendor/*"])
    repository.add_target("vendor/driver", b"driver", "vendor")
    repository.publish("vendor", by=repository.signers["targets"])
    repository.publish("targets", "snapshot", "timestamp")
    assert client.refuses("vendor: signed by 0 of the 1 keys that targets demands", "vendor/driver")


def test_delegation_below_its_threshold(repository, client):
    keys = [ed25519() for _ in range(3)]
    repository.delegate("vendor", paths=["vendor/*"], keys=keys, threshold=2)
    repository.add_target("vendor/driver", b"driver", "vendor")
    repository.publish("vendor", by=keys[:1])
    repository.publish("targets", "snapshot", "timestamp")
    assert client.refuses("vendor: signed by 1 of the 2 keys", "vendor/driver")
    repository.publish("vendor", by=keys[1:])
    repository.publish("snapshot", "timestamp")
    assert client.download("vendor/driver"), client.said


def test_delegation_that_a_terminating_one_hides(repository, client):
    repository.delegate("first", paths=["app/*"], terminating=True)
    repository.delegate("second", paths=["app/*"])
    repository.add_target("app/till.bin", b"by the second", "second")
    repository.publish_all()
    assert client.refuses("no role describes the target app/till.bin", "app/till.bin")


def test_delegations_in_a_circle_and_without_end(repository, mirror, client):
    for index in range(40):
        repository.delegate(f"r{index}", delegator="targets" if index == 0 else f"r{index - 1}")
    repository.delegate("r0", delegator="r39")
    repository.publish_all()
    assert client.refuses("more than 32 roles to ask for x", "x")
    assert len(mirror.asked) == 4 + 31


def test_delegation_that_takes_the_name_of_a_role_of_root(repository, client):
    """Stored, its file would lie in the place of the timestamp."""

    def change(file):
        file["signed"]["delegations"]["roles"][0]["name"] = "timestamp"

    repository.delegate("vendor")
    repository.publish("targets")
    repository.put("targets", resigned(repository.bytes("targets", 2), repository.signers["targets"], change))
    repository.publish("snapshot", "timestamp")
    assert client.refuses("no delegated role is called")
