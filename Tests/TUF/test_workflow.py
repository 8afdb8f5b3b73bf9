"""tuf-client accepts what python-tuf made: the cases that conformance tests of TUF clients are known to ask."""

import pytest
from repository import changed, in_days


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
