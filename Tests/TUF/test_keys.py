"""tuf-client takes keys and signatures as python-tuf makes them, and rotations of every role."""

from dataclasses import dataclass

import pytest
from repository import changed, resigned
from securesystemslib.signer import CryptoSigner, SSlibKey

ed25519 = CryptoSigner.generate_ed25519
KINDS = {
    "ed25519": ed25519,
    "ecdsa": CryptoSigner.generate_ecdsa,
    "rsa": CryptoSigner.generate_rsa,
    "rsa-pkcs1v15": lambda: CryptoSigner.generate_rsa(scheme="rsa-pkcs1v15-sha256"),
}


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


def test_a_key_under_another_id(repository, client):
    """The id of a key is a name: other clients do not compute it either."""
    signer = ed25519()
    key = SSlibKey.from_dict("named", signer.public_key.to_dict())
    repository.set_keys("timestamp", [])
    repository.root.add_key(key, "timestamp")
    repository.publish("root")
    repository.publish("timestamp", by=[CryptoSigner(signer._private_key, key)])
    assert client.refresh(), client.said
