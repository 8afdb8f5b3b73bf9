"""A repository that python-tuf makes, and the mirror that serves it, honest or not."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

TOP_LEVEL = ("root", "timestamp", "snapshot", "targets")


def in_days(days: float) -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=days)


class Repository:
    """Roles that a test changes and publishes; what is published lies in `files`, by path."""

    def __init__(self, consistent: bool = True, keys=CryptoSigner.generate_ed25519) -> None:
        self.hashes_files = False
        self.new_key = keys
        self.files: dict[str, bytes] = {}
        self.versions: dict[str, dict[int, bytes]] = {}
        self.root = Root(expires=in_days(30), consistent_snapshot=consistent)
        self.timestamp = Timestamp(expires=in_days(30))
        self.snapshot = Snapshot(expires=in_days(30))
        self.targets = Targets(expires=in_days(30))
        self.delegated: dict[str, Targets] = {}
        self.signers: dict[str, list[CryptoSigner]] = {}
        for role in TOP_LEVEL:
            self.set_keys(role, [keys()])
        self.publish("root", "targets", "snapshot", "timestamp", bump=False)

    def role(self, name: str):
        return getattr(self, name) if name in TOP_LEVEL else self.delegated[name]

    def set_keys(self, role: str, signers: list[CryptoSigner], threshold: int = 1) -> None:
        """Replaces the keys of a top-level role."""
        for keyid in list(self.root.roles[role].keyids):
            self.root.revoke_key(keyid, role)
        for signer in signers:
            self.root.add_key(signer.public_key, role)
        self.root.roles[role].threshold = threshold
        self.signers[role] = signers

    def signed(self, role: str, by: list[CryptoSigner] | None = None) -> bytes:
        file = Metadata(self.role(role))
        for signer in self.signers[role] if by is None else by:
            file.sign(signer, append=True)
        return file.to_bytes()

    def path(self, role: str, version: int) -> str:
        name = quote(role, "") + ".json"
        versioned = role == "root" or (self.root.consistent_snapshot and role != "timestamp")
        return f"metadata/{version}.{name}" if versioned else f"metadata/{name}"

    def publish(self, *roles: str, bump: bool = True, by: list[CryptoSigner] | None = None) -> None:
        """Signs the next version of each, and tells snapshot and timestamp."""
        for role in roles:
            if bump:
                self.role(role).version += 1
            self.put(role, self.signed(role, by))

    def put(self, role: str, data: bytes) -> None:
        version = self.role(role).version
        self.files[self.path(role, version)] = data
        self.versions.setdefault(role, {})[version] = data
        meta = MetaFile(version)
        if self.hashes_files:
            meta = MetaFile(version, len(data), {"sha256": hashlib.sha256(data).hexdigest()})
        if role == "snapshot":
            self.timestamp.snapshot_meta = meta
        elif role not in ("root", "timestamp"):
            self.snapshot.meta[f"{role}.json"] = meta

    def publish_through(self, role: str, by: list[CryptoSigner] | None = None) -> None:
        """Signs the next version of a role, and of those that name it."""
        self.publish(role, by=by)
        self.publish(*{"snapshot": ["timestamp"], "targets": ["snapshot", "timestamp"]}.get(role, []))

    def rotate_root(self, signers: list[CryptoSigner], threshold: int = 1) -> None:
        """Gives root other keys; the old ones sign too."""
        old = self.signers["root"]
        self.set_keys("root", signers, threshold)
        self.publish("root", by=[*old, *signers])

    def publish_all(self) -> None:
        self.publish(*self.delegated, "targets", "snapshot", "timestamp")

    def add_target(self, path: str, content: bytes, role: str = "targets", custom: dict | None = None) -> None:
        file = TargetFile.from_data(path, content, ["sha256", "sha512"])
        if custom is not None:
            file.unrecognized_fields["custom"] = custom
        self.role(role).targets[path] = file
        self.files[self.target_path(path, role)] = content

    def target_path(self, path: str, role: str = "targets") -> str:
        folder, slash, name = path.rpartition("/")
        if self.root.consistent_snapshot:
            name = f"{self.role(role).targets[path].hashes['sha256']}.{name}"
        return f"targets/{quote(folder + slash + name)}"

    def delegate(
        self,
        name: str,
        delegator: str = "targets",
        paths: list[str] | None = None,
        prefixes: list[str] | None = None,
        terminating: bool = False,
        keys: list[CryptoSigner] | None = None,
        threshold: int = 1,
    ) -> None:
        signers = self.signers.setdefault(name, keys or [self.new_key()])
        if prefixes is None and paths is None:
            paths = ["*"]
        role = DelegatedRole(name, [], threshold, terminating, paths, prefixes)
        trusting = self.role(delegator)
        if trusting.delegations is None:
            trusting.delegations = Delegations({}, {})
        trusting.delegations.roles[name] = role
        for signer in signers:
            trusting.add_key(signer.public_key, name)
        if name not in self.delegated:
            self.delegated[name] = Targets(expires=in_days(30))
            self.delegated[name].version = 0

    def bytes(self, role: str, version: int) -> bytes:
        return self.versions[role][version]


def changed(data: bytes, change) -> bytes:
    """The file with its JSON changed, and not signed anew."""
    value = json.loads(data)
    change(value)
    return json.dumps(value).encode()


def resigned(data: bytes, signers: list[CryptoSigner], change) -> bytes:
    """The file with its JSON changed to what python-tuf itself would not write, and signed anew."""
    value = json.loads(data)
    change(value)
    message = encode_canonical(value["signed"]).encode()
    value["signatures"] = [signer.sign(message).to_dict() for signer in signers]
    return json.dumps(value).encode()


class Mirror:
    """Serves what `files` has, redirects where that is a text, notes what is asked for, and how much of it was sent."""

    def __init__(self, files: dict) -> None:
        self.files = files
        self.asked: list[str] = []
        self.sent = 0
        self.closing = threading.Event()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.answer(self)

            def log_message(self, *_) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def asked_roles(self) -> list[str]:
        return [path.removeprefix("metadata/") for path in self.asked if path.startswith("metadata/")]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.lstrip("/")
        self.asked.append(path)
        content = self.files.get(path)
        if content is None:
            request.send_error(404)
        elif isinstance(content, str):
            request.send_response(302)
            request.send_header("Location", content)
            request.send_header("Content-Length", "0")
            request.end_headers()
        elif isinstance(content, int):
            request.send_error(content)
        elif isinstance(content, bytes):
            request.send_response(200)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            self.send(request, content)
        else:
            request.send_response(200)
            request.end_headers()
            for piece in content(self):
                if self.closing.is_set() or not self.send(request, piece):
                    return

    def send(self, request: BaseHTTPRequestHandler, data: bytes) -> bool:
        try:
            request.wfile.write(data)
            self.sent += len(data)
            return True
        except OSError:
            return False

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


def endless(_: Mirror):
    """A file without an end."""
    while True:
        yield b" " * 65_536


def dripping(data: bytes):
    """The file, a byte at a time, far slower than anybody can wait for."""

    def pieces(mirror: Mirror):
        for index in range(len(data)):
            yield data[index : index + 1]
            mirror.closing.wait(0.2)

    return pieces


def silent(mirror: Mirror):
    """Nothing at all."""
    yield b""
    mirror.closing.wait(60)
