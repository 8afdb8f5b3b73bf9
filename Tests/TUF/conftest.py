from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from repository import Mirror, Repository

CLIENT = os.environ["TUF_CLIENT"]
# No call of the client may hang.
LONGEST = 120


class Client:
    """Calls tuf-client, as a new process each time."""

    def __init__(self, folder: Path, url: str) -> None:
        self.metadata = folder / "metadata"
        self.targets = folder / "targets"
        self.folder = folder
        self.url = url
        self.said = ""

    def call(self, *arguments: str) -> bool:
        ended = subprocess.run(
            [CLIENT, "--metadata-dir", str(self.metadata), *arguments],
            capture_output=True, text=True, timeout=LONGEST, check=False,
        )
        self.said = ended.stdout + ended.stderr
        assert ended.returncode in (0, 1), self.said
        assert (ended.returncode == 0) == (self.said == ""), self.said
        return ended.returncode == 0

    def init(self, root: bytes) -> bool:
        path = self.folder / "initial_root.json"
        path.write_bytes(root)
        return self.call("init", str(path))

    def refresh(self, *more: str) -> bool:
        return self.call("--metadata-url", f"{self.url}/metadata", *more, "refresh")

    def download(self, *names: str, more: tuple[str, ...] = ()) -> bool:
        targets = [word for name in names for word in ("--target-name", name)]
        return self.call(
            "--metadata-url", f"{self.url}/metadata/", *targets, "--target-base-url", f"{self.url}/targets/",
            "--target-dir", str(self.targets), *more, "download",
        )

    def refuses(self, said: str, *names: str, more: tuple[str, ...] = ()) -> bool:
        """Whether it ends with 1 and says so."""
        done = self.download(*names, more=more) if names else self.refresh(*more)
        assert said in self.said, self.said
        return not done

    @property
    def trusted(self) -> dict[str, int]:
        return {
            path.stem: json.loads(path.read_bytes())["signed"]["version"]
            for path in sorted(self.metadata.glob("*.json"))
        }

    def stored(self, role: str) -> bytes:
        return (self.metadata / f"{role}.json").read_bytes()

    @property
    def fetched(self) -> dict[str, bytes]:
        """Everything in the folder of targets, hidden files too."""
        if not self.targets.exists():
            return {}
        return {path.name: path.read_bytes() for path in self.targets.iterdir()}


@pytest.fixture
def repository() -> Repository:
    return Repository()


@pytest.fixture
def mirror(repository: Repository):
    mirror = Mirror(repository.files)
    yield mirror
    mirror.close()


@pytest.fixture
def client(repository: Repository, mirror: Mirror, tmp_path: Path) -> Client:
    """A client that has the first root and nothing else."""
    client = Client(tmp_path, mirror.url)
    assert client.init(repository.bytes("root", 1)), client.said
    return client
