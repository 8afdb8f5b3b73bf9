"""The attacks of the specification's section 1.5.2, each made with python-tuf: tuf-client refuses every one, and what
it trusted before stays as it was."""

import socket
import threading
import time

import pytest
from repository import changed, dripping, endless, in_days, silent
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


@pytest.mark.parametrize("role, version", [("root", 2), ("timestamp", 1)])
@pytest.mark.parametrize("target", ["/metadata/nowhere.json", "/metadata/1.root.json"])
def test_malicious_mirror_redirects(repository, client, role, version, target):
    """Where a redirect leads to there may be no file, which would hide a newer root."""
    repository.files[repository.path(role, version)] = target
    assert client.refuses("the server answers 302, a redirect, which is not followed")


@pytest.mark.parametrize("code", [403, 404])
def test_no_newer_root_is_said_by_either_status(repository, client, code):
    repository.files[repository.path("root", 2)] = code
    assert client.refresh(), client.said


def test_malicious_mirror_that_speaks_no_http(client):
    with socket.create_server(("127.0.0.1", 0)) as server:
        def answer():
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        client.url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert client.refuses("what answers there speaks no HTTP")
        thread.join(20)


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
@pytest.mark.parametrize("closes, words", [
    (False, "no answer came in time"), (True, "the line broke before the answer had come to its end"),
])
def test_malicious_mirror_that_says_nothing_more_is_told_in_words(client, begun, closes, words):
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept = []

        def answer():
            connection, _ = server.accept()
            kept.append(connection)
            connection.recv(4096)
            connection.sendall(begun)
            if closes:
                connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        client.url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert client.refuses(words, more=("--longest-wait", "2"))
        assert "HTTPClientError" not in client.said
        thread.join(20)
        kept[0].close()


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff" * 100])
def test_a_root_of_ones_own_that_is_damaged_is_named(repository, client, damage):
    """Nobody who publishes has anything to do with it."""
    path = client.metadata / "root.json"
    root = path.read_bytes()
    path.write_bytes(damage)
    assert client.refuses(f"{path}, which was trusted before, is damaged")
    assert "whoever publishes" not in client.said
    assert "begin anew with a root.json" in client.said
    assert client.init(root)
    assert client.refresh(), client.said


def test_a_folder_that_is_a_file_is_named(repository, client):
    repository.add_target("app/till.bin", b"the till")
    repository.publish_all()
    client.targets.write_bytes(b"")
    assert client.refuses(f"the folder {client.targets} cannot be made: it is a file", "app/till.bin")


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
    assert client.refuses("comes too slowly", "app/till.bin", more=("--longest-wait", "4"))
    assert time.monotonic() - begin < 30
    assert client.fetched == {}
