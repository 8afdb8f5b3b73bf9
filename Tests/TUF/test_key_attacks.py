"""Attacks by somebody who has keys, each made with python-tuf: stolen ones below the threshold or revoked, versions
driven up, and roots that do not follow from the one before."""

import pytest
from repository import changed, resigned
from securesystemslib.signer import CryptoSigner

ed25519 = CryptoSigner.generate_ed25519


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
    assert client.refresh(), client.said
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
