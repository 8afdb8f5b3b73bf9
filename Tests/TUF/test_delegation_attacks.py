"""Attacks by roles that are trusted with some of the targets and reach for others, each made with python-tuf."""

import hashlib

from repository import resigned
from securesystemslib.signer import CryptoSigner

ed25519 = CryptoSigner.generate_ed25519


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
