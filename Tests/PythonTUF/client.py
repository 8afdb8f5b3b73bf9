"""python-tuf's own client, for one walk: refreshes, looks targets up, downloads them.

    client.py METADATA-DIR TARGET-DIR METADATA-URL TARGET-URL ROOT [TARGET...]

ROOT is the root that the client begins with; `-` goes on with the one in METADATA-DIR. A URL that begins with a slash is a
folder. Prints what it trusts as JSON and ends with 0, or the class of the error and ends with 1.
"""

import json
import os
import sys

from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import FetcherInterface, Updater


class FolderFetcher(FetcherInterface):
    """Reads from a folder as if it were a server."""

    def _fetch(self, url):
        try:
            with open(url, "rb") as file:
                yield file.read()
        except FileNotFoundError as error:
            raise DownloadHTTPError(str(error), 404) from error


def main():
    metadata_dir, target_dir, metadata_url, target_url, root, *targets = sys.argv[1:]
    for folder in (metadata_dir, target_dir):
        os.makedirs(folder, exist_ok=True)
    bootstrap = None if root == "-" else open(root, "rb").read()
    updater = Updater(
        metadata_dir, metadata_url, target_dir, target_url,
        FolderFetcher() if metadata_url.startswith("/") else None, bootstrap=bootstrap)
    updater.refresh()
    files = {}
    for name in targets:
        info = updater.get_targetinfo(name)
        if info is None:
            raise LookupError(name)
        files[name] = {"path": updater.download_target(info), "custom": info.custom}
    versions = {}
    for role in ("root", "timestamp", "snapshot", "targets"):
        with open(os.path.join(metadata_dir, role + ".json"), "rb") as file:
            versions[role] = json.load(file)["signed"]["version"]
    print(json.dumps({"versions": versions, "files": files}))


try:
    main()
except Exception as error:
    print(json.dumps({"error": type(error).__name__, "message": str(error)}))
    sys.exit(1)
