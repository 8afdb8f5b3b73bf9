"""python-tuf's client accepts what the room TUF writes and signs, through two rotations of root."""

import os
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from repository import Mirror
from securesystemslib.signer import CryptoSigner
from tuf.ngclient import Updater, UpdaterConfig


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa-p256", "rsa"])
def test_python_tuf_accepts_the_repository(tmp_path, kind):
    key = kind
    if kind == "rsa":
        key = str(tmp_path / "key.pem")
        with open(key, "wb") as file:
            file.write(
                CryptoSigner.generate_rsa()._private_key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )
    made = tmp_path / "made"
    subprocess.run([os.environ["TUF_PROBE"], str(made), key], check=True, timeout=60)
    mirror = Mirror({str(path.relative_to(made)): path.read_bytes() for path in made.rglob("*") if path.is_file()})
    (tmp_path / "trusted").mkdir()
    (tmp_path / "fetched").mkdir()
    updater = Updater(
        str(tmp_path / "trusted"), f"{mirror.url}/metadata/", str(tmp_path / "fetched"), f"{mirror.url}/targets/",
        config=UpdaterConfig(), bootstrap=mirror.files["metadata/1.root.json"],
    )
    updater.refresh()
    for name, content in (("till.bin", b"the till"), ("vendor/driver", b"the driver")):
        target = updater.get_targetinfo(name)
        assert target is not None
        assert target.custom == {"note": "line\nbreak é"}
        with open(updater.download_target(target), "rb") as file:
            assert file.read() == content
    assert updater.get_targetinfo("app/till.bin") is None
    asked = [path for path in mirror.asked if "root" in path]
    assert asked[:2] == ["metadata/2.root.json", "metadata/3.root.json"]
    mirror.close()
